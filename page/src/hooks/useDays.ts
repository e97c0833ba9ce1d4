import { useQuery } from '@tanstack/react-query'
import { type Days, fetchDays } from '../charts/days.ts'
import { type Failure, failureOf } from '../failures.ts'

export interface DaysReading {
  readonly days: Days | undefined
  readonly failure: Failure | null
  readonly retry: () => void
}

/** The program day by day, read again every five minutes. */
export function useDays(url: string): DaysReading {
  const { data, error, refetch } = useQuery({
    queryKey: ['days', url],
    queryFn: ({ signal }) => fetchDays(url, signal),
    refetchInterval: 300_000,
  })
  return {
    days: data,
    failure: error && data === undefined ? failureOf(error) : null,
    retry: () => void refetch(),
  }
}
