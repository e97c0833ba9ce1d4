import { useQuery } from '@tanstack/react-query'
import { type Figures, fetchFigures } from '../dashboard/figures.ts'
import { type Failure, failureOf } from '../failures.ts'
import { useProgram } from '../program.ts'

export interface FiguresReading {
  readonly figures: Figures | undefined
  readonly failure: Failure | null
  readonly retry: () => void
}

/** The dashboard's figures from the gateway, read again twice a minute. */
export function useFigures(url: string): FiguresReading {
  const { deployment } = useProgram()
  const { data, error, refetch } = useQuery({
    queryKey: ['figures', url],
    queryFn: ({ signal }) => fetchFigures(url, deployment, signal),
    refetchInterval: 30_000,
  })
  return {
    figures: data,
    failure: error && data === undefined ? failureOf(error) : null,
    retry: () => void refetch(),
  }
}
