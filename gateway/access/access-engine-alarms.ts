import { minuteMs } from '../../contracts/clock.ts'
import type { DueHeap, Waiting } from '../model/due-heap.ts'
import type { ClearEffect, RaiseEffect } from '../model/effect.ts'
import type { StateRow } from '../model/engine.ts'
import { quietOf } from './access-engine-texts.ts'

/** An alarm without a condition that could be over. */
export interface OpenAlarm extends Waiting {
  readonly kind: 'alarm'
  readonly anomalyKey: string
}

const prefix = 'alarm/'
const quietMs = 10 * minuteMs

/**
 * Alarms that are over once they have not come again for ten minutes. It closes no ticket; the next
 * occurrence joins the open ticket, or opens a new one where people have closed it.
 */
export class OpenAlarms {
  readonly #due: DueHeap<Waiting>
  readonly #max: number
  readonly #open = new Map<string, OpenAlarm>()
  readonly #dirty = new Map<string, string | null>()

  constructor(due: DueHeap<Waiting>, max = 10_000) {
    this.#due = due
    this.#max = max
  }

  /** The raise, and the end of the oldest where there are too many. */
  raised(effect: RaiseEffect, now: number): (RaiseEffect | ClearEffect)[] {
    const known = this.#open.get(effect.key)
    const alarm = known ?? this.#make(effect.key)
    this.#wait(alarm, now + quietMs)
    this.#open.delete(effect.key)
    this.#open.set(effect.key, alarm)
    const [oldest] = this.#open.values()
    if (this.#open.size <= this.#max || oldest === undefined) return [effect]
    return [effect, this.over(oldest, now)]
  }

  over(alarm: OpenAlarm, now: number): ClearEffect {
    alarm.dueAt = null
    this.#open.delete(alarm.anomalyKey)
    this.#dirty.set(alarm.key, null)
    return quietOf(alarm.anomalyKey, now)
  }

  /** Our clock was set back. */
  clockSetBack(now: number): void {
    for (const alarm of this.#open.values())
      this.#wait(alarm, Math.min(alarm.dueAt ?? now, now + quietMs))
  }

  /** True where the row was one of an alarm. */
  restore({ key, value }: StateRow): boolean {
    if (!key.startsWith(prefix) || value === null) return false
    const alarm = this.#make(key.slice(prefix.length))
    alarm.dueAt = Number(value)
    this.#open.set(alarm.anomalyKey, alarm)
    this.#due.schedule(alarm)
    return true
  }

  takeDirty(): StateRow[] {
    const rows = [...this.#dirty].map(([key, value]) => ({ key, value }))
    this.#dirty.clear()
    return rows
  }

  #make(anomalyKey: string): OpenAlarm {
    return { kind: 'alarm', key: `${prefix}${anomalyKey}`, anomalyKey, dueAt: null }
  }

  #wait(alarm: OpenAlarm, dueAt: number): void {
    alarm.dueAt = dueAt
    this.#due.schedule(alarm)
    this.#dirty.set(alarm.key, String(dueAt))
  }
}

export const isAlarm = (item: Waiting): item is OpenAlarm => 'anomalyKey' in item
