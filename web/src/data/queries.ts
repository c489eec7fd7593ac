import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { CareItem } from '../../../contracts/care.ts'
import type { Account } from '../../../contracts/http/auth.ts'
import type { CameraItem, DeviceItem } from '../../../contracts/http/devices.ts'
import type { Unit } from '../../../contracts/http/org.ts'
import type { Category, Health, ListAnswer } from '../../../contracts/http/system.ts'
import type { TelemetryAnswer } from '../../../contracts/private-api.ts'
import type { Ticket, TicketSummary } from '../../../contracts/ticket.ts'
import type { QueryValues } from './client.ts'
import { mayAsk, type Subject } from './may-ask.ts'
import { isProblem } from './problem.ts'
import { maybeSignedIn } from './signed-in.ts'
import { useClient } from './use-client.ts'

/** Cache keys in one place: what the stream invalidates and what the pages read. */
export const keys = {
  me: ['me'],
  health: ['health'],
  tickets: ['tickets'],
  ticket: (id: string) => ['ticket', id],
  devices: ['devices'],
  cameras: ['cameras'],
  care: ['care'],
  notices: ['notices'],
} as const

/** The server gives at most this many in one answer; open tickets beyond it wait for a narrower filter. */
const listMax = 1_000

/** Null when nobody is signed in. */
export function useMe() {
  const client = useClient()
  return useQuery({
    queryKey: keys.me,
    queryFn: async () => {
      // Without sign-in the health says its status only: asked first, so that nothing is refused.
      if (!maybeSignedIn() && (await client.get<Health>('/health')).version === undefined)
        return null
      return client.get<Account>('/auth/me').catch((error: unknown) => {
        if (isProblem(error) && error.status === 401) return null
        throw error
      })
    },
    staleTime: 5 * 60_000,
  })
}

/** Whether the person who is signed in may ask for it. */
export function useMay(subject: Subject): boolean {
  return mayAsk(useMe().data?.role, subject)
}

export function useHealth() {
  const client = useClient()
  return useQuery({
    queryKey: keys.health,
    queryFn: () => client.get<Health>('/health'),
    refetchInterval: 10_000,
  })
}

export function useTickets(query: QueryValues) {
  const client = useClient()
  return useQuery({
    queryKey: [...keys.tickets, query],
    queryFn: () => client.get<ListAnswer<TicketSummary>>('/tickets', { limit: listMax, ...query }),
    placeholderData: keepPreviousData,
  })
}

export function useTicket(id: string | null) {
  const client = useClient()
  return useQuery({
    queryKey: keys.ticket(id ?? ''),
    queryFn: () => client.get<Ticket>(`/tickets/${encodeURIComponent(id ?? '')}`),
    enabled: id !== null,
  })
}

export function useDevices() {
  const client = useClient()
  return useQuery({
    queryKey: keys.devices,
    queryFn: () => client.get<ListAnswer<DeviceItem>>('/devices', { limit: listMax }),
    enabled: useMay('devices'),
    refetchInterval: 15_000,
  })
}

export function useCameras(everyMs = 15_000) {
  const client = useClient()
  return useQuery({
    queryKey: keys.cameras,
    queryFn: () => client.get<ListAnswer<CameraItem>>('/cameras', { limit: listMax }),
    enabled: useMay('cameras'),
    refetchInterval: everyMs,
  })
}

export function useCare() {
  const client = useClient()
  return useQuery({
    queryKey: keys.care,
    queryFn: () => client.get<ListAnswer<CareItem>>('/care'),
    enabled: useMay('care'),
    refetchInterval: 20_000,
  })
}

export interface HistoryAsk {
  readonly device: string
  readonly community: string
  readonly reading: string
  readonly hours: number
  /** Yes-no readings keep their peaks when they are rolled up. */
  readonly yesNo: boolean
}

/** An hour as it came, a day by 5 minutes, longer spans by the hour. */
export const bucketOf = (hours: number): { readonly name?: '5m' | '1h'; readonly ms: number } => {
  if (hours <= 1) return { ms: 0 }
  return hours <= 24 ? { name: '5m', ms: 300_000 } : { name: '1h', ms: 3_600_000 }
}

export function useHistory(ask: HistoryAsk) {
  const client = useClient()
  return useQuery({
    queryKey: ['history', ask],
    queryFn: () => {
      const to = Date.now()
      const { name } = bucketOf(ask.hours)
      return client.get<TelemetryAnswer>(`/devices/${encodeURIComponent(ask.device)}/telemetry`, {
        community: ask.community,
        reading: ask.reading,
        from: to - ask.hours * 3_600_000,
        to,
        bucket: name,
        agg: name === undefined ? undefined : ask.yesNo ? 'max' : 'mean',
      })
    },
    refetchInterval: 15_000,
  })
}

const seldomMs = 10 * 60_000

export function useUnits() {
  const client = useClient()
  return useQuery({
    queryKey: ['org'],
    queryFn: () => client.get<ListAnswer<Unit>>('/org'),
    staleTime: seldomMs,
  })
}

export function useCategories() {
  const client = useClient()
  return useQuery({
    queryKey: ['categories'],
    queryFn: () => client.get<ListAnswer<Category>>('/categories'),
    staleTime: seldomMs,
  })
}

/** People to dispatch to; not asked for by roles that may not list them. */
export function useColleagues(wanted: boolean) {
  const client = useClient()
  const may = useMay('users')
  return useQuery({
    queryKey: ['users'],
    queryFn: () => client.get<ListAnswer<Account>>('/users', { limit: listMax }),
    enabled: wanted && may,
    staleTime: seldomMs,
  })
}
