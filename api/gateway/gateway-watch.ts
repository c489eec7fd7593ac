import { type Clock, secondMs } from '../../contracts/clock.ts'
import type { GatewayHealth } from '../../contracts/health.ts'
import type { GatewayClient } from './gateway-client.ts'

export interface GatewayWatch {
  /** The box's own account of itself; null while it cannot be reached. */
  health(): Promise<GatewayHealth | null>
}

/** Asks at most once a second, however many ask us. */
export function createGatewayWatch(
  deps: { readonly gateway: Pick<GatewayClient, 'health'>; readonly clock: Clock },
  options: { readonly keepMs?: number } = {},
): GatewayWatch {
  const { keepMs = secondMs } = options
  let asked: { readonly at: number; readonly answer: Promise<GatewayHealth | null> } | null = null
  return {
    health() {
      const now = deps.clock()
      if (asked === null || now - asked.at >= keepMs) {
        // Out of reach is an answer here: it is what health has to say.
        asked = { at: now, answer: deps.gateway.health().catch(() => null) }
      }
      return asked.answer
    },
  }
}
