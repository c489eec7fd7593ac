import type { BroadcastCreate, BroadcastPriority } from '../../../../contracts/http/broadcast.ts'
import { fromField } from '../../text/zone.ts'

export const days = [1, 2, 3, 4, 5, 6, 7] as const
export type Day = (typeof days)[number]

/** What somebody has filled in so far. */
export interface Draft {
  readonly what: 'text' | 'clip'
  readonly text: string
  readonly clip: string | null
  readonly language: 'zh' | 'en'
  readonly areas: readonly string[]
  readonly when: 'now' | 'at' | 'weekly'
  /** A date-time field, in the time of the community. */
  readonly at: string
  readonly days: readonly Day[]
  /** HH:MM */
  readonly time: string
  readonly priority: BroadcastPriority
  readonly times: number
}

export const emptyDraft: Draft = {
  what: 'text',
  text: '',
  clip: null,
  language: 'zh',
  areas: [],
  when: 'now',
  at: '',
  days: [1, 2, 3, 4, 5],
  time: '08:30',
  priority: 'notice',
  times: 1,
}

export type Fault = 'field.need' | 'cast.need-clip' | 'cast.past' | 'cast.pick-day'
export interface Faults {
  readonly what: Fault | null
  readonly when: Fault | null
}

/** What is still wrong, by the field that it stands below. */
export function faultsOf(draft: Draft, now: number): Faults {
  const what = () => {
    if (draft.what === 'text') return draft.text.trim() === '' ? 'field.need' : null
    return draft.clip === null ? 'cast.need-clip' : null
  }
  const when = () => {
    if (draft.when === 'weekly') {
      if (draft.days.length === 0) return 'cast.pick-day'
      return /^\d\d:\d\d$/.test(draft.time) ? null : 'field.need'
    }
    if (draft.when === 'now') return null
    const at = fromField(draft.at)
    if (at === null) return 'field.need'
    return at < now ? 'cast.past' : null
  }
  return { what: what(), when: when() }
}

/** What the box is asked for; the draft has no faults. */
export function bodyOf(draft: Draft): BroadcastCreate {
  const { priority, language, times } = draft
  const at = fromField(draft.at)
  return {
    priority,
    language,
    times,
    ...(draft.what === 'text' ? { text: draft.text.trim() } : {}),
    ...(draft.what === 'clip' && draft.clip !== null ? { clip: draft.clip } : {}),
    ...(draft.areas.length === 0 ? {} : { areas: [...draft.areas] }),
    ...(draft.when === 'at' && at !== null ? { at } : {}),
    ...(draft.when === 'weekly'
      ? { weekly: { days: draft.days.toSorted((a, b) => a - b), time: draft.time } }
      : {}),
  }
}
