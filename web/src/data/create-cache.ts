import { QueryCache, QueryClient } from '@tanstack/react-query'
import { isProblem } from './problem.ts'
import { keys } from './queries.ts'

/** A refusal is final; only a missing answer is asked again. A 401 anywhere brings the sign-in back. */
export function createCache(): QueryClient {
  const cache: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (isProblem(error) && error.status === 401) cache.setQueryData(keys.me, null)
        if (isProblem(error, 'auth.password-change-required'))
          void cache.invalidateQueries({ queryKey: keys.me })
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        gcTime: 5 * 60_000,
        retry: (count, error) => isProblem(error) && error.status === 0 && count < 2,
        refetchOnWindowFocus: true,
      },
      mutations: { retry: false },
    },
  })
  return cache
}
