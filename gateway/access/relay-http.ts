import type { RelaySettings } from '../../contracts/access.ts'
import type { CommandOutcome } from '../../contracts/private-api.ts'
import { allowedAddress } from './relay-address.ts'

export type HttpRelay = Extract<RelaySettings, { kind: 'http' }>

export interface HttpRelayDeps {
  /** `config.access.relayAddresses`. */
  readonly addresses: readonly string[]
  readonly timeoutMs: number
}

/**
 * Calls an allow-listed address once; 2xx is `done`. Redirects are not followed: they lead anywhere. A
 * name in the list is resolved by the system; an address in digits cannot be pointed elsewhere.
 */
export async function callRelay(
  deps: HttpRelayDeps,
  relay: HttpRelay,
  id: string,
  seconds: string,
): Promise<CommandOutcome> {
  const fill = (text: string): string => text.replaceAll('{seconds}', seconds)
  const url = allowedAddress(fill(relay.url), deps.addresses)
  if (url === null) return { id, outcome: 'refused', error: 'relay.refused' }
  try {
    const answer = await fetch(url, {
      method: relay.method,
      redirect: 'manual',
      signal: AbortSignal.timeout(deps.timeoutMs),
      ...(relay.method === 'GET' || relay.body === null ? {} : { body: fill(relay.body) }),
    })
    await answer.body?.cancel()
    return answer.ok
      ? { id, outcome: 'done', error: null }
      : { id, outcome: 'refused', error: `HTTP ${answer.status}` }
  } catch (error) {
    const isLate = error instanceof DOMException && error.name === 'TimeoutError'
    return isLate
      ? { id, outcome: 'expired', error: null }
      : { id, outcome: 'refused', error: causeOf(error) }
  }
}

/** `fetch failed` alone tells nobody anything. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  return String(cause).slice(0, 300)
}
