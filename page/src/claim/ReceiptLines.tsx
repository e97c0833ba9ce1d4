import { AddToWallet } from '../parts/AddToWallet.tsx'
import { Amount } from '../parts/Amount.tsx'
import { AddressLabel, TransactionLabel } from '../parts/HexLabel.tsx'
import { words } from '../words/index.ts'
import type { ClaimReceipt } from './send.ts'

/** What arrived where, by which transaction. */
export function ReceiptLines({ receipt }: { receipt: ClaimReceipt }) {
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
            <AddToWallet asset={asset} />
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
