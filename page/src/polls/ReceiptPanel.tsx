import { useQuery } from '@tanstack/react-query'
import { ballotHash, isReceipt } from '../../../polls/ballot.ts'
import { HashLabel } from '../parts/HexLabel.tsx'
import { Moment } from '../parts/Moment.tsx'
import { pollsWords } from '../words/polls.ts'
import type { BallotReceipt, Poll } from './pollApi.ts'

const text = pollsWords.receipt

/** What proves that a ballot was received, checked here. */
export function ReceiptPanel({ poll, receipt }: { poll: Poll['poll']; receipt: BallotReceipt }) {
  const { data: holds } = useQuery({
    queryKey: ['receipt', receipt.signature, receipt.ballot],
    queryFn: () => checks(poll, receipt),
    staleTime: Number.POSITIVE_INFINITY,
  })
  function save() {
    const url = URL.createObjectURL(
      new Blob([JSON.stringify(receipt, null, 2)], { type: 'application/json' }),
    )
    const link = Object.assign(document.createElement('a'), {
      href: url,
      download: `${poll.name}-receipt-${receipt.ballot.slice(2, 10)}.json`,
    })
    link.click()
    URL.revokeObjectURL(url)
  }
  return (
    <section aria-labelledby="poll-receipt" className="poll-receipt">
      <h3 id="poll-receipt">{text.title}</h3>
      <p className="muted small">{text.text}</p>
      <dl className="poll-facts">
        <dt>{text.choice}</dt>
        <dd>{poll.options[receipt.option]}</dd>
        <dt>{text.received}</dt>
        <dd>
          <Moment seconds={receipt.receivedAt} />
        </dd>
        <dt>{text.ballot}</dt>
        <dd>
          <HashLabel hash={receipt.ballot} what={text.ballot} />
        </dd>
        <dt>{text.signer}</dt>
        <dd>
          <HashLabel hash={receipt.signer} what={text.signer} />
        </dd>
      </dl>
      {holds !== undefined && <p className={holds ? '' : 'field-error'}>{holds ? text.good : text.bad}</p>}
      <div>
        <button type="button" className="button button-quiet" onClick={save}>
          {text.save}
        </button>
      </div>
    </section>
  )
}

/** Is it of this very ballot, and the poll's signer's? */
async function checks(poll: Poll['poll'], receipt: BallotReceipt): Promise<boolean> {
  const { poll: id, voter, option, sequence, ballot, receivedAt, signature } = receipt
  if (ballotHash(poll, { poll: id, voter, option, sequence: BigInt(sequence) }) !== ballot) return false
  return isReceipt(poll, { poll: id, ballot, receivedAt: BigInt(receivedAt) }, signature, poll.receiptSigner)
}
