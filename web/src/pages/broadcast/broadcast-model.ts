import type { BroadcastItem, BroadcastSpeaker } from '../../../../contracts/http/broadcast.ts'
import type { WordKey } from '../../text/words.ts'

/** Of the shapes of the look. */
type Shape = 'ok' | 'major' | 'offline' | 'away' | 'waiting'
type Receipt = 'queued' | 'done' | 'refused' | 'expired' | 'cancelled' | 'stopped'

/** Shape and word of a loudspeaker; what is heard now comes before everything else. */
export function speakerState(
  speaker: Pick<BroadcastSpeaker, 'online' | 'playing' | 'lastSeenAt'>,
): { readonly shape: Shape; readonly word: Extract<WordKey, `cast.speaker-${string}`> } {
  if (speaker.online === false) return { shape: 'offline', word: 'cast.speaker-offline' }
  if (speaker.playing === true) return { shape: 'ok', word: 'cast.speaker-playing' }
  if (speaker.online === true) return { shape: 'ok', word: 'cast.speaker-online' }
  return { shape: 'waiting', word: 'cast.speaker-unheard' }
}

export const receiptShape: Readonly<Record<Receipt, Shape>> = {
  queued: 'waiting',
  done: 'ok',
  refused: 'major',
  expired: 'offline',
  cancelled: 'away',
  stopped: 'away',
}

export const broadcastShape: Readonly<Record<BroadcastItem['state'], Shape>> = {
  scheduled: 'waiting',
  speaking: 'ok',
  done: 'ok',
  cancelled: 'away',
}

/** Loudspeakers that stand in these houses or grids; none named: all. */
export const within = (
  speakers: readonly BroadcastSpeaker[],
  areas: readonly string[],
): readonly BroadcastSpeaker[] =>
  areas.length === 0
    ? speakers
    : speakers.filter((speaker) => speaker.areas.some((area) => areas.includes(area)))

export interface Area {
  readonly id: string
  readonly speakers: number
}

const listed = (counts: ReadonlyMap<string, number>): Area[] =>
  [...counts].map(([id, n]) => ({ id, speakers: n }))

/** Houses and places in their order; grids too where there is more than one, or they would all say "all". */
export function areasOf(speakers: readonly BroadcastSpeaker[]): readonly Area[] {
  const places = new Map<string, number>()
  const grids = new Map<string, number>()
  for (const { areas } of speakers)
    for (const [at, area] of areas.entries()) {
      const counts = at === 0 ? places : grids
      counts.set(area, (counts.get(area) ?? 0) + 1)
    }
  const houses = listed(places).sort((a, b) => a.id.localeCompare(b.id, 'zh', { numeric: true }))
  return [...houses, ...(grids.size > 1 ? listed(grids) : [])]
}

/** Loudspeakers by the place they stand at, in the order of `areasOf`. */
export function byPlace(
  speakers: readonly BroadcastSpeaker[],
): readonly (readonly [place: string, speakers: readonly BroadcastSpeaker[]])[] {
  const groups = new Map<string, BroadcastSpeaker[]>()
  for (const speaker of speakers) {
    const place = speaker.areas[0] ?? ''
    groups.set(place, [...(groups.get(place) ?? []), speaker])
  }
  return [...groups].sort(([a], [b]) => a.localeCompare(b, 'zh', { numeric: true }))
}

/** What a loudspeaker says of itself takes so long to come here. */
const wordComesMs = 10_000
/** Where none says whether it plays, it may be heard so long. */
const guessMs = 3 * 60_000

/**
 * May be heard now, so that it can be stopped: it is being told, has just begun, or one of its loudspeakers
 * has not said that it is silent again.
 */
export function isSounding(
  item: BroadcastItem,
  speakers: readonly BroadcastSpeaker[],
  now: number,
): boolean {
  if (item.state === 'speaking') return true
  if (item.state === 'cancelled' || item.lastRunAt === null || item.answers.heard === 0)
    return false
  const sinceMs = now - item.lastRunAt
  if (sinceMs < wordComesMs) return true
  return (
    sinceMs < guessMs &&
    reachOf(item, speakers).some(({ online, playing }) => online === true && playing !== false)
  )
}

const reachOf = (
  { areas, devices }: BroadcastItem,
  speakers: readonly BroadcastSpeaker[],
): readonly BroadcastSpeaker[] =>
  areas.length + devices.length === 0
    ? speakers
    : speakers.filter(
        (one) => devices.includes(one.id) || one.areas.some((area) => areas.includes(area)),
      )

/** Of the newest run. */
export const totalOf = ({ answers }: Pick<BroadcastItem, 'answers'>): number =>
  answers.waiting + answers.heard + answers.failed + answers.stopped
