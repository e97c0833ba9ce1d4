import { writeShare } from '../amounts.ts'
import { Amount } from '../parts/Amount.tsx'
import { CopyButton } from '../parts/CopyButton.tsx'
import { DataTable } from '../parts/DataTable.tsx'
import { HashLabel, TransactionLabel } from '../parts/HexLabel.tsx'
import { ShareBar } from '../parts/ShareBar.tsx'
import { tokenOf, useProgram } from '../program.ts'
import { words } from '../words/index.ts'
import { pollsWords } from '../words/polls.ts'
import type { Poll } from './pollApi.ts'

const text = pollsWords.result

/** What the ballots came to; before that only how many there are. */
export function PollResult({ told }: { told: Poll }) {
  const { poll, result, received, status } = told
  const token = tokenOf(useProgram())
  const turnout = result ?? received
  return (
    <section className="sheet" aria-labelledby="poll-result">
      <h2 id="poll-result">{text.title}</h2>
      {result === null ? (
        <p className="muted">{status === 'closed' ? text.counting : text.later}</p>
      ) : (
        <DataTable
          caption={text.caption}
          rows={poll.options.map((option, at) => ({ option, weight: result.options[at] ?? 0n }))}
          keyOf={({ option }) => option}
          columns={[
            { name: text.option, cell: ({ option }) => option },
            {
              name: text.weight,
              kind: 'number',
              cell: ({ weight }) => <Amount value={weight} asset={token} most={2} />,
            },
            {
              name: text.share,
              kind: 'wide',
              cell: ({ weight }) => (
                <>
                  <ShareBar part={weight} whole={result.voted} rest="open" />
                  <span className="sub">{writeShare(weight, result.voted)}</span>
                </>
              ),
            },
          ]}
        />
      )}
      <p className="facts">
        {result === null ? text.soFar : text.turnout}: {text.holders(turnout.holders, poll.holders)},{' '}
        <Amount value={turnout.voted} asset={token} most={2} /> ({writeShare(turnout.voted, poll.eligible)})
      </p>
      {result !== null && <Recount told={told} hash={result.hash} transaction={result.transaction} />}
    </section>
  )
}

function Recount({
  told: { id, poll },
  hash,
  transaction,
}: {
  told: Poll
  hash: `0x${string}`
  transaction: `0x${string}`
}) {
  const command = `prorata poll recount --file ${poll.name}.json`
  return (
    <div className="commands">
      <p className="facts">
        <a href={`v1/polls/${id}/file`} download={`${poll.name}.json`}>
          {text.file}
        </a>
        {text.hash} <HashLabel hash={hash} what={text.hash} />
        <TransactionLabel transaction={transaction} />
      </p>
      <p>{text.recount}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reached by keyboard */}
      <pre tabIndex={0}>{command}</pre>
      <CopyButton text={command} label={words.copy(text.command)} />
    </div>
  )
}
