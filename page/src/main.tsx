import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createRoot } from 'react-dom/client'
import { App, anticipate } from './App.tsx'
import { ApiError } from './asking.ts'
import { askCopiesAt } from './mirror/copy.ts'
import { placesOf } from './mirror/places.ts'
import './styles/tokens.css'
import './styles/base.css'
import './styles/frame.css'
import './styles/controls.css'
import './styles/fields.css'
import './styles/front.css'
import './styles/holder.css'
import './styles/bars.css'
import './styles/tables.css'
import './styles/dashboard.css'
import './styles/check.css'

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // What the server refuses it refuses again; only an absent one is worth a second try.
      retry: (failures, error) =>
        failures < 1 && !(error instanceof ApiError && error.status > 0 && error.status < 500),
      retryDelay: 600,
    },
  },
})

askCopiesAt(placesOf(document))
anticipate(queries)

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
createRoot(root).render(
  <QueryClientProvider client={queries}>
    <App />
  </QueryClientProvider>,
)
