import { useCameras, useCare, useDevices, useTickets } from '../data/queries.ts'
import { openFilter } from '../pages/tickets/inbox-model.ts'

export interface NavCount {
  readonly text: string
  readonly hot: boolean
}

/** Figures beside the words; red only where a person may be in need. */
export function useNavCounts(): Readonly<Record<string, NavCount>> {
  const tickets = useTickets(openFilter).data?.items
  const care = useCare().data?.items
  const cameras = useCameras().data?.items
  const devices = useDevices().data?.items
  const counts: Record<string, NavCount> = {}
  if (tickets !== undefined) counts['/tickets'] = { text: String(tickets.length), hot: false }
  const need = care?.filter((c) => c.state === 'unseen' || c.state === 'cannot-tell').length ?? 0
  if (need > 0) counts['/care'] = { text: String(need), hot: true }
  if (cameras !== undefined && cameras.length > 0) {
    const ok = cameras.filter((camera) => camera.health?.state === 'ok').length
    counts['/cameras'] = { text: `${ok}/${cameras.length}`, hot: false }
  }
  const pending = devices?.filter((device) => device.state === 'pending').length ?? 0
  if (pending > 0) counts['/devices'] = { text: String(pending), hot: false }
  return counts
}
