import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { getAddress } from 'viem'
import { useConfig } from 'wagmi'
import { shortHex } from '../amounts.ts'
import type { Address, Hex, Holder } from '../api.ts'
import { transact } from '../claim/transact.ts'
import { type Failure, failureOf } from '../failures.ts'
import { useHolder } from '../hooks/useHolder.ts'
import { isUnderWay, useSending } from '../hooks/useSending.ts'
import { useWallet } from '../hooks/useWallet.ts'
import { AddressField, type ChosenAddress } from '../parts/AddressField.tsx'
import { AddressLabel } from '../parts/HexLabel.tsx'
import { FailureNotice } from '../parts/Notice.tsx'
import { SendingProgress } from '../parts/SendingProgress.tsx'
import { useProgram } from '../program.ts'
import { sameAddress } from '../route.ts'
import { waysWords } from '../words/ways.ts'
import { linkCall, signLink } from './registry.ts'
import { useRegistry } from './useRegistry.ts'

const text = waysWords.link

interface Signatures {
  readonly existing?: Hex
  readonly wallet?: Hex
}

/** Two signatures and one transaction, with what cannot be undone said before. */
export function LinkWallet({ existing, connected }: { existing: Address; connected: Address }) {
  const { deployment } = useProgram()
  const config = useConfig()
  const queries = useQueryClient()
  const { wrongChain } = useWallet()
  const [chosen, setChosen] = useState<ChosenAddress>({ address: null, isReady: false })
  const [signatures, setSignatures] = useState<Signatures>({})
  const [failure, setFailure] = useState<Failure | null>(null)
  const { sending, send, dismiss } = useSending<null>()
  const obstacle = useObstacle(existing, chosen.address)
  const wallet = chosen.isReady && obstacle === null ? chosen.address : null

  function choose(next: ChosenAddress) {
    setChosen(next)
    if (next.address !== chosen.address) setSignatures({})
  }

  async function sign(side: keyof Signatures, signer: Address) {
    if (wallet === null) return
    setFailure(null)
    try {
      const signature = await signLink(config, deployment, { existing, wallet }, signer)
      setSignatures((before) => ({ ...before, [side]: signature }))
    } catch (error) {
      setFailure(failureOf(error))
    }
  }

  async function link() {
    const { existing: own, wallet: others } = signatures
    if (wallet === null || own === undefined || others === undefined) return
    await send(async (report) => {
      const call = linkCall(deployment, { existing, wallet }, { existing: own, wallet: others })
      await transact(config, { chainId: deployment.chainId, sender: connected, call }, report)
      return null
    })
    for (const key of ['registry', 'holder']) void queries.invalidateQueries({ queryKey: [key] })
  }

  const both = signatures.existing !== undefined && signatures.wallet !== undefined
  return (
    <section className="sheet" aria-labelledby="link">
      <h2 id="link">{text.title}</h2>
      <p>{text.text}</p>
      <p className="facts">
        {text.existing}: <AddressLabel address={existing} />
      </p>
      <AddressField label={text.wallet} warnings={text.warnings} self={existing} choose={choose}>
        {chosen.address !== null && <Known wallet={chosen.address} />}
      </AddressField>
      {obstacle !== null && (
        <p className="field-error" role="status">
          {obstacle}
        </p>
      )}
      <ol className="link-steps">
        <SignStep
          name={text.steps.existing}
          signer={existing}
          connected={connected}
          isSigned={signatures.existing !== undefined}
          isOpen={wallet !== null}
          sign={() => void sign('existing', existing)}
        />
        <SignStep
          name={text.steps.wallet}
          signer={wallet}
          connected={connected}
          isSigned={signatures.wallet !== undefined}
          isOpen={signatures.existing !== undefined}
          sign={() => wallet !== null && void sign('wallet', wallet)}
        />
        <LinkStep name={text.steps.send}>
          <button
            type="button"
            className="button"
            disabled={!both || wallet === null || wrongChain || isUnderWay(sending)}
            onClick={() => void link()}
          >
            {text.send}
          </button>
        </LinkStep>
      </ol>
      {failure !== null && <FailureNotice failure={failure} />}
      <SendingProgress sending={sending} dismiss={dismiss} done={text.done}>
        {() => <p>{text.doneText}</p>}
      </SendingProgress>
    </section>
  )
}

function SignStep({
  name,
  signer,
  connected,
  isSigned,
  isOpen,
  sign,
}: {
  name: string
  signer: Address | null
  connected: Address
  isSigned: boolean
  isOpen: boolean
  sign: () => void
}) {
  if (signer === null || !isOpen || isSigned) {
    return (
      <LinkStep name={name}>{isSigned && <span className="pill pill-claimed">{text.signed}</span>}</LinkStep>
    )
  }
  const short = shortHex(getAddress(signer))
  return (
    <LinkStep name={name}>
      {sameAddress(signer, connected) ? (
        <button type="button" className="button" onClick={sign}>
          {text.sign(short)}
        </button>
      ) : (
        <p role="status">{text.switchTo(short)}</p>
      )}
    </LinkStep>
  )
}

function LinkStep({ name, children }: { name: string; children: ReactNode }) {
  return (
    <li>
      <p>{name}</p>
      {children}
    </li>
  )
}

/** Why the two cannot be linked, as far as it is known before anybody signs. */
function useObstacle(existing: Address, wallet: Address | null): string | null {
  const { excluded } = useProgram().deployment
  const own = useRegistry(existing)
  const other = useRegistry(wallet)
  if (wallet === null || own === undefined || other === undefined) return null
  if (sameAddress(other.root, own.root))
    return sameAddress(wallet, existing) ? text.itself : text.alreadyYours
  if (excluded.some((each) => sameAddress(each, wallet) || sameAddress(each, own.root))) return text.excluded
  return sameAddress(other.root, wallet) ? null : text.alreadyOthers
}

/** What the index knows of the wallet that is to be linked. */
function Known({ wallet }: { wallet: Address }) {
  const { holder } = useHolder(wallet)
  const said = saidOf(holder)
  return said === null ? null : <p>{said}</p>
}

function saidOf(holder: Holder | null | undefined): string | null {
  const position = holder?.position
  if (position == null) return null
  if (position.lots > 0n) return text.ownLots
  return position.custody > 0n ? text.heldTokens : null
}
