import { describe, expect, test } from 'vitest'
import type { Input } from '../../../gateway/model/input.ts'
import { shippedRules } from './stand.ts'
import { interrupted, live, newEngine, wildInputs } from './wild.ts'

/** How many of the shipped rules speak of a type. */
const spoken = (type: string): number =>
  shippedRules().rules.filter(({ anomaly }) => anomaly === type).length

describe('the same log gives the same anomalies', () => {
  const seeds = [1, 2, 3, 4, 5, 6, 7, 8]

  test.each(seeds)('replayed with restarts at random points, seed %i', (seed) => {
    const { log, effects } = live(newEngine(shippedRules()), wildInputs(seed, 1_500))
    expect(effects.length).toBeGreaterThan(50)
    expect(interrupted(log, seed * 31, shippedRules)).toEqual(effects)
  })

  test.each(seeds)(
    'and never two raises without a clear between, but from a second rule or a first picture, seed %i',
    (seed) => {
      const { effects } = live(newEngine(shippedRules()), wildInputs(seed, 1_500))
      const open = new Map<string, Set<string>>()
      for (const effect of effects) {
        if (effect.kind === 'clear') {
          expect([effect.key, open.delete(effect.key)]).toEqual([effect.key, true])
          continue
        }
        const by = open.get(effect.key) ?? new Set()
        // Two rules share it: one may come again while the other still stands.
        const shared = effect.type === 'vehicle.fire-lane' || spoken(effect.type) > 1
        if (!shared) expect([effect.key, by.has(effect.rule.id)]).toEqual([effect.key, false])
        open.set(effect.key, by.add(effect.rule.id))
      }
    },
  )

  test.each(seeds)('messages that come twice change nothing, seed %i', (seed) => {
    // Faster than any clock could be judged by, as a re-sent QoS 1 message is.
    const once = wildInputs(seed, 800)
    const twice = once.flatMap((input): Input[] =>
      input.kind === 'reading' ? [input, input] : [input],
    )
    expect(live(newEngine(shippedRules()), twice).effects).toEqual(
      live(newEngine(shippedRules()), once).effects,
    )
  })
})
