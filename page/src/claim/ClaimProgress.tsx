import type { Claiming } from '../hooks/useClaiming.ts'
import { Amount } from '../parts/Amount.tsx'
import { AddressLabel, TransactionLabel } from '../parts/HexLabel.tsx'
import { FailureNotice, Notice } from '../parts/Notice.tsx'
import { words } from '../words/index.ts'
import type { ClaimReceipt } from './send.ts'

/** How the transaction goes: read out as it changes, and kept until it is dismissed. */
export function ClaimProgress({ claiming, dismiss }: { claiming: Claiming; dismiss: () => void }) {
  const { progress } = words
  const close = (
    <button type="button" className="button button-quiet" onClick={dismiss}>
      {words.dismiss}
    </button>
  )
  return (
    <div className="progress" role="status" aria-live="polite">
      {(claiming.stage === 'checking' || claiming.stage === 'asking') && (
        <Notice tone="plain" title={progress[claiming.stage]} />
      )}
      {claiming.stage === 'waiting' && (
        <Notice tone="plain" title={progress.waiting}>
          <p>
            {progress.transaction} <TransactionLabel transaction={claiming.transaction} />
          </p>
        </Notice>
      )}
      {claiming.stage === 'done' && (
        <Notice tone="good" title={progress.done} actions={close}>
          <ReceiptLines receipt={claiming.receipt} />
        </Notice>
      )}
      {claiming.stage === 'failed' && (
        <>
          <FailureNotice failure={claiming.failure} actions={close} />
          {claiming.transaction !== null && (
            <p className="facts">
              {progress.transaction} <TransactionLabel transaction={claiming.transaction} />
            </p>
          )}
        </>
      )}
    </div>
  )
}

function ReceiptLines({ receipt }: { receipt: ClaimReceipt }) {
  const { progress } = words
  return (
    <>
      <ul className="arrivals">
        {receipt.arrivals.map(({ asset, account, amount, before, after }) => (
          <li key={`${asset.address}/${account}`}>
            <strong>
              +<Amount value={amount} asset={asset} />
            </strong>{' '}
            {progress.to} <AddressLabel address={account} />
            <span className="muted small">
              {progress.balance}: <Amount value={before} asset={asset} bare /> →{' '}
              <Amount value={after} asset={asset} />
            </span>
          </li>
        ))}
      </ul>
      <p className="facts">
        {progress.transaction} <TransactionLabel transaction={receipt.transaction} />{' '}
        {progress.inBlock(receipt.block.toLocaleString('en'))}
      </p>
    </>
  )
}
