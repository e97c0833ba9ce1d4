import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { useConfig } from 'wagmi'
import type { Address } from '../api.ts'
import { useProgram } from '../program.ts'
import { isAddress, sameAddress } from '../route.ts'
import { waysWords } from '../words/ways.ts'

export interface ChosenAddress {
  readonly address: Address | null
  /** It can be used, and its reader has said to have checked it. */
  readonly isReady: boolean
}

const text = waysWords.warnings

/** A field for an address that something irreversible is done with: it warns before, and asks for a second look. */
export function AddressField({
  label,
  warnings,
  self,
  choose,
  children,
}: {
  label: string
  /** Said of every address. */
  warnings: readonly string[]
  /** The account in whose place another is chosen; naming it makes no sense. */
  self: Address
  choose: (chosen: ChosenAddress) => void
  /** What is known of the chosen address besides. */
  children?: ReactNode
}) {
  const id = useId()
  const { deployment } = useProgram()
  const [typed, setTyped] = useState('')
  const [isChecked, setChecked] = useState(false)
  const address = isAddress(typed) ? typed : null
  const isContract = useIsContract(address)
  const refusal = address === null ? null : refusalOf(address, self, deployment)
  const isReady = address !== null && refusal === null && isChecked
  const tell = useRef(choose)
  tell.current = choose
  useEffect(() => tell.current({ address, isReady }), [address, isReady])

  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        value={typed}
        placeholder="0x…"
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        aria-invalid={typed !== '' && (address === null || refusal !== null)}
        aria-describedby={`${id}-said`}
        onInput={(event) => {
          setTyped(event.currentTarget.value.trim())
          setChecked(false)
        }}
      />
      <div id={`${id}-said`} className="field-said" role="status">
        {typed !== '' && address === null && <p className="field-error">{waysWords.addressBad}</p>}
        {refusal !== null && <p className="field-error">{refusal}</p>}
        {address !== null && refusal === null && (
          <div className="notice notice-warn">
            <p className="notice-title">{text.title}</p>
            <ul className="warnings">
              {warnings.map((warning) => (
                <li key={warning}>{warning}</li>
              ))}
              {isContract && <li>{text.contract}</li>}
            </ul>
            {children}
          </div>
        )}
      </div>
      {address !== null && refusal === null && (
        <label className="check">
          <input
            type="checkbox"
            checked={isChecked}
            onChange={(event) => setChecked(event.currentTarget.checked)}
          />{' '}
          {waysWords.checked}
        </label>
      )}
    </div>
  )
}

function refusalOf(
  address: Address,
  self: Address,
  deployment: ReturnType<typeof useProgram>['deployment'],
): string | null {
  if (/^0x0{40}$/.test(address) || /^0x0{36}dead$/i.test(address)) return text.zero
  const { token, currency, pair, distributor, offering, registry, tokenVault, lpVault, router, factory } =
    deployment
  const contracts = [
    token,
    currency,
    pair,
    distributor,
    offering,
    registry,
    tokenVault,
    lpVault,
    router,
    factory,
  ]
  if (contracts.some((each) => sameAddress(each, address))) return text.program
  return sameAddress(address, self) ? text.own : null
}

/** Whether there is code at an address; false while not known. */
function useIsContract(address: Address | null): boolean {
  const config = useConfig()
  const { chainId } = useProgram().deployment
  const { data } = useQuery({
    queryKey: ['code', address?.toLowerCase()],
    enabled: address !== null,
    staleTime: 60_000,
    queryFn: async () => {
      const { getBytecode } = await import('wagmi/actions')
      const code = address === null ? undefined : await getBytecode(config, { address, chainId })
      return code !== undefined && code !== null && code !== '0x'
    },
  })
  return data === true
}
