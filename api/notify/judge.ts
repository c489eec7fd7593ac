import type { NotifySettings } from '../../config/notify-schema.ts'
import { minuteMs, secondMs } from '../../contracts/clock.ts'
import {
  type DigestEvery,
  type QuietHours,
  deviceChannel,
  screenChannel,
} from '../../contracts/notify.ts'
import type { Budget } from './budget.ts'
import { type WallClock, minuteOf, within } from './wall-clock.ts'

/** A message whose time has come, as far as deciding needs it. */
export interface Due {
  readonly seq: number
  readonly id: string
  readonly kind: string
  readonly severity: string
  readonly person: string
  readonly channel: string
  readonly reason: string | null
  readonly due_at: number
  readonly expires_at: number
  readonly sent_at: number | null
  readonly repeats: number
  readonly acknowledged_by: string | null
}

export type Verdict =
  | { readonly do: 'send' }
  /** Later; `due` where lateness counts from then. */
  | { readonly do: 'wait'; readonly until: number; readonly due?: number }
  /** As a line of a digest that goes out then. */
  | {
      readonly do: 'gather'
      readonly until: number
      readonly state: 'digested' | 'expired'
      readonly reason: string
    }
  | { readonly do: 'drop'; readonly state: 'expired' | 'suppressed'; readonly reason: string }
  /** It went out and need not again. */
  | { readonly do: 'rest' }

export interface Person {
  readonly quiet: QuietHours | null
  readonly minorDigest: DigestEvery
}

export interface JudgeContext {
  readonly now: number
  readonly wall: WallClock
  readonly settings: NotifySettings
  readonly budget: Budget
  readonly person: (person: string) => Person
  /** Of a relief: whether its alarm arrived; null while that is open. */
  readonly alarmed: (id: string) => boolean | null
  /** Of a digest that went out: whether a critical line of it is still unanswered. */
  readonly open: (id: string) => boolean
}

/** From here on a message is late, and says so. */
export const lateFromMs = minuteMs
/** Gathered daily ones come in the morning. */
const morning = 8 * 60

/** What is done with a message now. Pure, but for the budget that it takes from. */
export function judge(due: Due, context: JudgeContext): Verdict {
  const { now, wall, budget } = context
  const { kind, severity, person, channel } = due
  const critical = severity === 'critical'
  const digest = kind === 'digest'
  if (due.sent_at !== null && !goesAgain(due, context)) return { do: 'rest' }
  const over = due.sent_at === null ? overOf(due, now) : null
  if (over !== null) return over
  if (kind === 'relief') {
    const alarmed = context.alarmed(due.id)
    if (alarmed === false) return { do: 'drop', state: 'suppressed', reason: 'never-alarmed' }
    if (alarmed === null) return { do: 'wait', until: now + 5 * secondMs }
  }
  if (kind === 'test' || channel === deviceChannel) return { do: 'send' }
  const wishes = context.person(person)
  if (!critical && channel !== screenChannel) {
    const { minute } = wall.at(now)
    if (wishes.quiet !== null && within(wishes.quiet, minute)) {
      const until = wall.next(now, minuteOf(wishes.quiet.to))
      return { do: 'wait', until, due: until }
    }
    if (severity === 'minor' && !digest && wishes.minorDigest !== 'none') {
      const until = nextGathering(wishes.minorDigest, now, wall)
      return { do: 'gather', until, state: 'digested', reason: 'minor' }
    }
  }
  const freeAt = budget.take(person, { critical, digest: digest || due.sent_at !== null })
  if (freeAt === null) return { do: 'send' }
  if (digest || due.sent_at !== null) return { do: 'wait', until: freeAt }
  return { do: 'gather', until: freeAt, state: 'digested', reason: 'rate' }
}

function goesAgain(due: Due, { settings, open }: JudgeContext): boolean {
  const asked = due.acknowledged_by === null && due.reason !== 'resolved'
  if (!asked || due.repeats >= settings.repeat.times) return false
  return due.kind !== 'digest' || open(due.id)
}

/** What became pointless while it waited. What waited for a link is told of in a digest. */
function overOf(due: Due, now: number): Verdict | null {
  const { kind, channel, reason, expires_at, due_at } = due
  const resolved = reason === 'resolved' && kind !== 'relief'
  if (!resolved && expires_at > now) return null
  const why = resolved ? 'resolved' : 'too-late'
  const told = now - due_at >= lateFromMs && channel !== deviceChannel && kind !== 'digest'
  if (!told) return { do: 'drop', state: 'expired', reason: why }
  return { do: 'gather', until: now, state: 'expired', reason: why }
}

function nextGathering(every: DigestEvery, now: number, wall: WallClock): number {
  if (every === 'day') return wall.next(now, morning)
  const hour = Math.floor(wall.at(now).minute / 60)
  return wall.next(now, ((hour + 1) * 60) % 1_440)
}
