import type { GatewayEvent } from '../../contracts/events.ts'
import type { Health } from '../../contracts/http/system.ts'
import type { Admission } from '../score/passages.ts'
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

/** Who was let in since then, as the event history has it. */
export async function readAdmissions(api: ApiClient, since: number): Promise<readonly Admission[]> {
  const events = await listEvents(api)
  return events.flatMap(({ type, device, ts, data }): Admission[] => {
    if (ts < since) return []
    if (type === 'vehicle.passed')
      return [{ door: device, ts, by: 'plate', who: textOf(data['plate']) }]
    if (type !== 'access.granted') return []
    const holder = data['holder'] as { readonly id?: string } | null | undefined
    return [{ door: device, ts, by: textOf(data['method']), who: holder?.id ?? '' }]
  })
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

async function listEvents(api: ApiClient): Promise<readonly GatewayEvent[]> {
  try {
    return await api.list<GatewayEvent>('/events')
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return []
    throw error
  }
}
