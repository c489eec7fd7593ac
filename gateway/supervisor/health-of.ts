import type { Health } from '../../contracts/http/system.ts'
import type { Problem } from '../../contracts/health.ts'

export interface Account {
  readonly ready: boolean
  readonly problems: readonly Problem[]
}

const silent: Problem = {
  code: 'internal',
  what: { zh: '还没有回答', en: 'Linli does not answer yet' },
  hint: { zh: '看日志', en: 'See the log' },
  command: 'npm run linli -- doctor',
}

/**
 * Asks `/api/v1/ready` until it says 200 or `withinMs` has passed, then `/api/v1/health` with the
 * service token for what is missing.
 */
export async function healthOf(
  url: string,
  token: string,
  withinMs: number,
  sleep: (ms: number) => Promise<unknown>,
): Promise<Account> {
  const ask = (path: string): Promise<Response | null> =>
    fetch(`${url}/api/v1${path}`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(2_000),
    }).catch(() => null)
  const stepMs = 50
  let ready = false
  for (let waitedMs = 0; waitedMs < withinMs && !ready; waitedMs += stepMs) {
    const answer = await ask('/ready')
    await answer?.body?.cancel()
    ready = answer?.status === 200
    if (!ready) await sleep(stepMs)
  }
  const answer = await ask('/health')
  if (answer?.status !== 200) return { ready, problems: [silent] }
  const health = (await answer.json()) as Health
  return { ready, problems: health.problems ?? [] }
}
