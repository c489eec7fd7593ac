import type { AnyEffect } from '../model/effect.ts'
import type { HealthDesk } from './health-desk.ts'
import { look } from './judge.ts'
import { silentFrom } from './silence.ts'

/**
 * We were not there from `from` to `to`: what devices said meanwhile may still be on its way. The pause is
 * no silence of theirs and teaches nothing of their cadence, and nobody is missed until we have settled.
 */
export function pauseEnded(desk: HealthDesk, from: number, to: number): AnyEffect[] {
  desk.settleUntil(to + desk.book.settleMs)
  const pauseMs = Math.max(0, to - from)
  const effects: AnyEffect[] = []
  for (const entry of desk.sorted()) {
    const { memory } = entry
    const silent = silentFrom(entry)
    if (silent !== null) memory.quietFrom = silent + pauseMs
    memory.gapFrom = null
    desk.touch(entry)
    effects.push(...look(desk, entry, to))
  }
  return effects
}

/** Our own clock was set back: nothing may lie ahead of it. */
export function clockSetBack(desk: HealthDesk, now: number): AnyEffect[] {
  desk.settleUntil(now + desk.book.settleMs)
  const back = (at: number | null): number | null => (at === null ? null : Math.min(at, now))
  const effects: AnyEffect[] = []
  for (const entry of desk.sorted()) {
    const { memory } = entry
    memory.seenAt = back(memory.seenAt)
    memory.quietFrom = back(memory.quietFrom)
    memory.offlineSince = back(memory.offlineSince)
    memory.downSince = back(memory.downSince)
    memory.heldSince = back(memory.heldSince)
    memory.gapFrom = null
    memory.drops = memory.drops.map((at) => Math.min(at, now))
    memory.drift = null
    desk.touch(entry)
    effects.push(...look(desk, entry, now))
  }
  return effects
}
