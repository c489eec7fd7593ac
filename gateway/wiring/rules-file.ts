import { watchFile } from '../rulebook/watch-file.ts'
import type { Parts } from './parts.ts'

/** Rules of the site's own file come into force when it is saved. Returns the way to stop. */
export function followRulesFile({ rulesDesk, rulesOrigin, logger }: Parts): () => void {
  const { path } = rulesOrigin
  if (path === null) return () => undefined
  const follow = (): void =>
    void rulesDesk.follow().catch((error: unknown) => {
      logger.error({ error: String(error) }, 'rules could not be taken over')
    })
  const stop = watchFile(path, follow)
  // It may have been saved between the start and the watching.
  follow()
  return stop
}
