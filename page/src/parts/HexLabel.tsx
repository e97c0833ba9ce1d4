import { getAddress } from 'viem'
import { shortHex } from '../amounts.ts'
import { useCopied } from '../hooks/useCopied.ts'
import { explorerLink, useProgram } from '../program.ts'
import { writeRoute } from '../route.ts'
import { words } from '../words/index.ts'

/** A long hexadecimal value in short, with the whole in its title and a button that copies it. */
function HexLabel({ hex, what, href }: { hex: string; what: string; href: string | null }) {
  const { copied, copy } = useCopied()
  const label = (
    <code title={hex} className="hex">
      {shortHex(hex)}
    </code>
  )
  return (
    <span className="hex-label">
      {href === null ? (
        label
      ) : (
        <a href={href} {...(href.startsWith('#') ? {} : { target: '_blank', rel: 'noreferrer' })}>
          {label}
        </a>
      )}
      <button
        type="button"
        className={copied ? 'copy copy-done' : 'copy'}
        title={words.copy(what)}
        aria-label={copied ? words.copied : words.copy(`${what} ${shortHex(hex)}`)}
        onClick={() => copy(hex)}
      />
    </span>
  )
}

/** An address: leads to its holder on this page, or to the explorer. */
export function AddressLabel({ address, to = 'page' }: { address: `0x${string}`; to?: 'page' | 'explorer' }) {
  const { deployment } = useProgram()
  const href =
    to === 'page' ? writeRoute({ view: 'claim', address }) : explorerLink(deployment, 'address', address)
  return <HexLabel hex={getAddress(address)} what="address" href={href} />
}

export function TransactionLabel({ transaction }: { transaction: `0x${string}` }) {
  const { deployment } = useProgram()
  return <HexLabel hex={transaction} what="transaction" href={explorerLink(deployment, 'tx', transaction)} />
}

export function HashLabel({
  hash,
  what,
  href = null,
}: {
  hash: `0x${string}`
  what: string
  href?: string | null
}) {
  return <HexLabel hex={hash} what={what} href={href} />
}
