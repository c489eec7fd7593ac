import type { Reading } from '../../../model/input.ts'
import type { DeviceVoice } from './device-voice.ts'
import { isLifeSafety } from './property-names.ts'

export type Value = Reading['value']
/** Last value of each reading; null once it was said to be unknown. */
export type KnownValues = Record<string, Value | null>

const namesMax = 128

/**
 * The rule for everything that repeats itself. A state (yes or no, a word) is told when it changes, because a
 * repeat proves nothing. A number is told when it changes, or when the message is a measurement of its own
 * (`measured`). The first value after "unknown" is a baseline; only smoke, gas, water and calls for help are
 * told as they are. True where something was new.
 */
export function tell(
  voice: DeviceVoice,
  known: KnownValues,
  name: string,
  value: Value | null,
  measured = false,
): boolean {
  const before = known[name]
  if (before === undefined && Object.keys(known).length >= namesMax) return false
  const changed = before !== value
  known[name] = value
  if (value === null) return changed
  if (!changed && !(measured && typeof value === 'number')) return false
  voice.reading(name, value, before === null && !isLifeSafety(name))
  return changed
}
