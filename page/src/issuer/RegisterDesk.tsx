import { useState } from 'react'
import { writeAmount } from '../amounts.ts'
import { csv } from '../csv.ts'
import { Amount } from '../parts/Amount.tsx'
import { DataTable } from '../parts/DataTable.tsx'
import { AddressLabel } from '../parts/HexLabel.tsx'
import { SaveCsv } from '../parts/SaveCsv.tsx'
import { currencyOf, tokenOf, useProgram } from '../program.ts'
import { issuerWords } from '../words/issuer.ts'
import { registerWords } from '../words/register.ts'
import { Command } from './Command.tsx'
import { CommandFile, useCommandFile } from './CommandFile.tsx'
import { decisionCommand, type Matches, type RegisterEntry, readMatches } from './matches.ts'

const text = issuerWords.register
const COMMAND = 'prorata register match --json > match.json'

/**
 * The register as the issuer's command wrote it, read in this tab alone: the page has neither its secret nor a way to ask for it,
 * so that what is decided here is a command to copy.
 */
export function RegisterDesk() {
  const reading = useCommandFile(readMatches)
  const matches = reading.found
  return (
    <section className="sheet" aria-labelledby="register">
      <h2 id="register">{text.title}</h2>
      <p>{text.text}</p>
      <CommandFile id="match-file" command={COMMAND} words={text} reading={reading} />
      {matches !== null && (
        <>
          <EntryTable entries={matches.entries} />
          <UnmatchedLots matches={matches} />
        </>
      )}
    </section>
  )
}

function EntryTable({ entries }: { entries: readonly RegisterEntry[] }) {
  const currency = currencyOf(useProgram())
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const choose = (wallet: string, isChosen: boolean) =>
    setChosen(new Set(isChosen ? [...chosen, wallet] : [...chosen].filter((each) => each !== wallet)))
  if (entries.length === 0) return <p className="muted">{text.nobody}</p>
  const pledgeOf = ({ pledge }: RegisterEntry) =>
    pledge === null ? '' : writeAmount(pledge, currency.decimals).exact
  const file = () =>
    csv([
      [text.name, text.email, text.wallet, text.state, `${text.pledge} (${currency.symbol})`],
      ...entries.map((each) => [
        asText(each.name ?? ''),
        asText(each.email ?? ''),
        each.wallet,
        each.status,
        pledgeOf(each),
      ]),
    ])
  return (
    <>
      <div className="sheet-head">
        <h3>{text.entries(entries.length)}</h3>
        <SaveCsv name={text.title} file="register" make={file} />
      </div>
      <DataTable
        caption={text.caption}
        rows={entries}
        keyOf={({ id }) => id}
        columns={[
          {
            name: text.name,
            cell: ({ wallet, name }) => (
              <label className="check">
                <input
                  type="checkbox"
                  checked={chosen.has(wallet)}
                  onChange={(event) => choose(wallet, event.currentTarget.checked)}
                />{' '}
                {name ?? text.unreadable}
              </label>
            ),
          },
          { name: text.email, cell: ({ email }) => email ?? text.unreadable },
          { name: text.wallet, cell: ({ wallet }) => <AddressLabel address={wallet} /> },
          {
            name: text.state,
            cell: ({ status }) => (
              <span className={`pill pill-${status}`}>{registerWords.states[status] ?? status}</span>
            ),
          },
          {
            name: text.pledge,
            kind: 'number',
            cell: ({ pledge }) => pledge !== null && <Amount value={pledge} asset={currency} />,
          },
        ]}
      />
      {chosen.size > 0 &&
        (['approve', 'decline'] as const).map((decision) => {
          const command = decisionCommand(decision, [...chosen])
          return (
            <div key={decision} className="commands">
              <p>{text.decide[decision](chosen.size)}</p>
              <Command text={command} name={text.decision[decision]} />
            </div>
          )
        })}
    </>
  )
}

function UnmatchedLots({ matches: { unmatchedLots } }: { matches: Matches }) {
  const program = useProgram()
  const [token, currency] = [tokenOf(program), currencyOf(program)]
  if (unmatchedLots.length === 0) return <p className="muted">{text.allMatched}</p>
  return (
    <>
      <h3>{text.unmatched(unmatchedLots.length)}</h3>
      <DataTable
        caption={text.unmatchedCaption}
        rows={unmatchedLots}
        keyOf={({ holder }) => holder}
        columns={[
          { name: text.wallet, cell: ({ holder }) => <AddressLabel address={holder} /> },
          {
            name: text.bought,
            kind: 'number',
            cell: ({ bought }) => <Amount value={bought} asset={token} />,
          },
          {
            name: text.paid,
            kind: 'number',
            cell: ({ paid }) => paid !== null && <Amount value={paid} asset={currency} />,
          },
        ]}
      />
    </>
  )
}

/** A spreadsheet takes a cell that begins so for a formula. */
const asText = (cell: string): string => (/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell)
