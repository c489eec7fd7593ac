import type { BooleanRule, DayWindow, ThresholdRule } from '../../config/rules.ts'
import { dayMs, minuteMs } from '../../contracts/clock.ts'
import type { Value } from './cell.ts'
import type { Verdict } from './latch.ts'

const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))

/** Whether an epoch time falls into the local hours of a window. */
export function inWindow(window: DayWindow, at: number): boolean {
  const local = (((at + window.utcOffsetMinutes * minuteMs) % dayMs) + dayMs) % dayMs
  const minute = Math.floor(local / minuteMs)
  const from = minutesOf(window.from)
  const to = minutesOf(window.to)
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to
}

/** A value that is no number says nothing; one exactly at a level does not exceed it. */
export function thresholdVerdict(rule: ThresholdRule, value: Value): Verdict {
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'ignore'
  const { above, below } = rule
  if (above !== undefined && value > above.raise) return 'alarm'
  if (below !== undefined && value < below.raise) return 'alarm'
  if (above !== undefined && value > above.clear) return 'between'
  if (below !== undefined && value < below.clear) return 'between'
  return 'clear'
}

/** A value that is no boolean says nothing. Outside its hours a rule is blind, but the all-clear counts. */
export function booleanVerdict(rule: BooleanRule, value: Value, at: number): Verdict {
  if (typeof value !== 'boolean') return 'ignore'
  if (value !== rule.alarmWhen) return 'clear'
  return rule.window === undefined || inWindow(rule.window, at) ? 'alarm' : 'ignore'
}
