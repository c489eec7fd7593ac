import { expect, test } from 'vitest'
import type { BroadcastPriority } from '../../contracts/http/broadcast.ts'
import { mayBegin } from '../../device-sim/devices/speaker-priority.ts'

/** What docs/NOTIFY.md asks of a loudspeaker, as a table: who is heard when something is heard already. */
test('an emergency ends everything, a notice ends music, and nothing is cut off by less', () => {
  const heard = (now: BroadcastPriority, next: BroadcastPriority) =>
    mayBegin(
      1_000,
      { broadcast: 'a', priority: now, endsAt: 5_000 },
      { broadcast: 'b', priority: next },
    )
  const table = (['emergency', 'notice', 'music'] as const).map((now) => [
    now,
    heard(now, 'emergency'),
    heard(now, 'notice'),
    heard(now, 'music'),
  ])
  expect(table).toEqual([
    ['emergency', true, false, false],
    ['notice', true, false, false],
    ['music', true, true, true],
  ])
  // What is over stands in nobody's way, and the same thing said again is no rival of itself.
  const over = { broadcast: 'a', priority: 'emergency', endsAt: 1_000 } as const
  expect(mayBegin(1_000, over, { broadcast: 'b', priority: 'music' })).toBe(true)
  const same = { broadcast: 'a', priority: 'notice' } as const
  expect(mayBegin(1_000, { ...same, endsAt: 5_000 }, same)).toBe(true)
})
