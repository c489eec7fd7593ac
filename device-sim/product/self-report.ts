import type { GatewayEvent } from '../../contracts/events.ts'
import type { Health } from '../../contracts/http/system.ts'
import { type ApiClient, ApiError } from './api-client.ts'

/** The only two figures of the closing line that Linli says of itself. */
export interface SelfReport {
  readonly frames: { readonly in: number; readonly analysed: number; readonly dropped: number }
  readonly readings: { readonly in: number; readonly stored: number }
}

/** Throws where the gateway cannot be asked: no figure is better than a made-up one. */
export async function readSelfReport(api: ApiClient): Promise<SelfReport> {
  const { gateway } = await api.get<Health>('/health')
  if (gateway === undefined || gateway === null)
    throw new Error('/api/v1/health does not know the gateway')
  const { frames, readings } = gateway
  return {
    frames: { in: frames.in, analysed: frames.analysed, dropped: frames.dropped },
    readings: { in: readings.in, stored: readings.stored },
  }
}

export interface Passages {
  readonly faces: { readonly granted: number; readonly wrong: number }
  readonly vehicles: { readonly passed: number; readonly wrong: number }
}

/**
 * Doors that a face opened and cars that a plate let in, out of the event history, against the play: it
 * sends nobody through by face or plate, so each such event is a wrong one.
 */
export async function readPassages(api: ApiClient, since: number): Promise<Passages> {
  const events = await listEvents(api)
  const recent = events.filter(({ ts }) => ts >= since)
  const granted = recent.filter(
    ({ type, data }) => type === 'access.granted' && data['method'] === 'face',
  ).length
  const passed = recent.filter(({ type }) => type === 'vehicle.passed').length
  return { faces: { granted, wrong: granted }, vehicles: { passed, wrong: passed } }
}

async function listEvents(api: ApiClient): Promise<readonly GatewayEvent[]> {
  try {
    return await api.list<GatewayEvent>('/events')
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return []
    throw error
  }
}
