import { useQueryClient } from '@tanstack/react-query'
import { keys } from '../data/queries.ts'
import { rememberSignedIn } from '../data/signed-in.ts'
import { useClient } from '../data/use-client.ts'
import { useSay } from '../data/use-say.ts'

/** Ends the session at the server, then forgets everything that was read with it. */
export function useSignOut(): () => void {
  const client = useClient()
  const cache = useQueryClient()
  const say = useSay()
  return () => {
    client.send('POST', '/auth/logout').then(() => {
      rememberSignedIn(false)
      // `me` stays in place: the gate watches it, and brings the sign-in back when it turns null.
      cache.setQueryData(keys.me, null)
      cache.removeQueries({ predicate: (query) => query.queryKey[0] !== keys.me[0] })
    }, say.failed)
  }
}
