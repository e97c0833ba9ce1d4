import type { Outcome } from './output.ts'
import { fetchPolls } from './pollApi.ts'
import type { Settings } from './settings.ts'
import { table } from './table.ts'

/** Every poll with its status. */
export async function listPolls({ apiUrl }: Pick<Settings, 'apiUrl'>): Promise<Outcome> {
  const { polls } = await fetchPolls(apiUrl)
  const time = (seconds: number) => new Date(seconds * 1000).toISOString()
  const rows = polls.map((each) => [
    each.name,
    each.status ?? 'unknown',
    time(each.opensAt),
    time(each.closesAt),
    each.question,
  ])
  const titles = ['poll', 'status', 'opens', 'closes', 'question']
  return {
    json: { polls },
    text:
      polls.length === 0
        ? 'No poll was opened.'
        : table(
            titles.map((title) => ({ title })),
            rows,
          ),
  }
}
