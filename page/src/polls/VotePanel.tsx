import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useConfig } from 'wagmi'
import { signTypedData } from 'wagmi/actions'
import { ballotData } from '../../../polls/ballot.ts'
import { writeShare } from '../amounts.ts'
import type { Address } from '../api.ts'
import { ConnectWallet } from '../claim/ConnectWallet.tsx'
import { WrongChain } from '../claim/WrongChain.tsx'
import { type Failure, failureOf } from '../failures.ts'
import { useWallet } from '../hooks/useWallet.ts'
import { Amount } from '../parts/Amount.tsx'
import { Moment } from '../parts/Moment.tsx'
import { FailureNotice, Notice, RetryButton } from '../parts/Notice.tsx'
import { tokenOf, useProgram } from '../program.ts'
import { words } from '../words/index.ts'
import { pollsWords } from '../words/polls.ts'
import { type BallotReceipt, fetchVoter, type Poll, sendBallot, type Voter } from './pollApi.ts'
import { ReceiptPanel } from './ReceiptPanel.tsx'
import { keepReceipt, keptReceipt } from './receipts.ts'

const text = pollsWords.vote

/** The connected wallet's weight and vote. */
export function VotePanel({ told }: { told: Poll }) {
  const { address, wrongChain } = useWallet()
  return (
    <section className="sheet" aria-labelledby="poll-vote">
      <h2 id="poll-vote">{text.title}</h2>
      {address === undefined ? (
        <>
          <p>{text.connect}</p>
          <ConnectWallet />
        </>
      ) : (
        <>
          {wrongChain && <WrongChain />}
          <Weighed key={address} told={told} wallet={address} />
        </>
      )}
    </section>
  )
}

function Weighed({ told, wallet }: { told: Poll; wallet: Address }) {
  const token = tokenOf(useProgram())
  const { data, error, refetch } = useQuery({
    queryKey: ['voter', told.id, wallet.toLowerCase()],
    queryFn: ({ signal }) => fetchVoter(told.id, wallet, signal),
  })
  if (data === undefined) {
    if (error === null) return <p role="status">{words.loading}</p>
    return <FailureNotice failure={failureOf(error)} actions={<RetryButton retry={() => void refetch()} />} />
  }
  if (data === null) {
    return (
      <Notice tone="plain" title={text.weightless.title}>
        <p>{text.weightless.text}</p>
      </Notice>
    )
  }
  return (
    <>
      <p className="facts">
        {text.weight}: <Amount value={data.weight} asset={token} most={2} />{' '}
        {text.ofAll(writeShare(data.weight, told.poll.eligible))}
        {data.wallets.length > 1 && <> · {text.wallets(data.wallets.length)}</>}
      </p>
      <Vote told={told} wallet={wallet} voter={data} />
    </>
  )
}

type Voting =
  | { readonly stage: 'idle' | 'signing' | 'sending' | 'done' }
  | { readonly stage: 'failed'; readonly failure: Failure }

function Vote({ told, wallet, voter }: { told: Poll; wallet: Address; voter: Voter }) {
  const { id, poll, status } = told
  const config = useConfig()
  const queries = useQueryClient()
  const { wrongChain } = useWallet()
  const [option, setOption] = useState<number | null>(null)
  const [voting, setVoting] = useState<Voting>({ stage: 'idle' })
  const [receipt, setReceipt] = useState<BallotReceipt | null>(() => keptReceipt(id, wallet))
  const isBusy = voting.stage === 'signing' || voting.stage === 'sending'

  async function vote(choice: number) {
    setVoting({ stage: 'signing' })
    try {
      const sequence = Math.max(Date.now(), (voter.ballot?.sequence ?? 0) + 1)
      const ballot = { poll: id, voter: wallet, option: choice, sequence: BigInt(sequence) }
      const signature = await signTypedData(config, { account: wallet, ...ballotData(poll, ballot) })
      setVoting({ stage: 'sending' })
      const received = await sendBallot(id, { voter: wallet, option: choice, sequence, signature })
      keepReceipt(received)
      setReceipt(received)
      setVoting({ stage: 'done' })
    } catch (error) {
      setVoting({ stage: 'failed', failure: failureOf(error) })
    }
    for (const key of ['voter', 'poll']) void queries.invalidateQueries({ queryKey: [key, id] })
  }

  return (
    <>
      {voter.ballot !== null && (
        <p>
          {text.cast} <Moment seconds={voter.ballot.receivedAt} />. {text.castNote}
        </p>
      )}
      {status === 'announced' ? (
        <p>{text.early}</p>
      ) : (
        <form
          className="poll-form"
          onSubmit={(event) => {
            event.preventDefault()
            if (option !== null) void vote(option)
          }}
        >
          <fieldset className="poll-options" disabled={isBusy}>
            <legend>{text.choose}</legend>
            {poll.options.map((name, at) => (
              <label key={name}>
                <input type="radio" name="option" checked={at === option} onChange={() => setOption(at)} />
                <span>{name}</span>
              </label>
            ))}
          </fieldset>
          <div>
            <button type="submit" className="button" disabled={option === null || wrongChain || isBusy}>
              {voter.ballot === null ? text.sign : text.again}
            </button>
          </div>
        </form>
      )}
      <div role="status">
        {voting.stage === 'signing' && <p>{text.signing}</p>}
        {voting.stage === 'sending' && <p>{text.sending}</p>}
        {voting.stage === 'done' && (
          <Notice tone="good" title={text.done}>
            <p>{text.doneText}</p>
          </Notice>
        )}
      </div>
      {voting.stage === 'failed' && <FailureNotice failure={voting.failure} />}
      {receipt !== null && <ReceiptPanel poll={poll} receipt={receipt} />}
    </>
  )
}
