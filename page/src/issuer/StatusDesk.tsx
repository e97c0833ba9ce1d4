import { writeMoment } from '../moments.ts'
import { Notice } from '../parts/Notice.tsx'
import { issuerWords } from '../words/issuer.ts'
import { CommandFile, type CommandFileReading } from './CommandFile.tsx'
import type { Told } from './told.ts'

const text = issuerWords.told
const COMMAND = 'prorata status --json > status.json'

/** What only the issuer's machine knows: which periods are prepared. */
export function StatusDesk({ reading }: { reading: CommandFileReading<Told> }) {
  const { found } = reading
  return (
    <section className="sheet" aria-labelledby="told">
      <h2 id="told">{text.title}</h2>
      <p>{text.text}</p>
      <CommandFile id="status-file" command={COMMAND} words={text} reading={reading} />
      {found !== null && (
        <>
          <p>
            {found.asOf !== null && text.asOf(writeMoment(found.asOf))} {text.next} {found.next}
          </p>
          {found.problems.length > 0 && (
            <Notice tone="warn" title={issuerWords.warnings.title}>
              <ul>
                {found.problems.map((each) => (
                  <li key={each}>{each}</li>
                ))}
              </ul>
            </Notice>
          )}
        </>
      )}
    </section>
  )
}
