import { describe, expect, test } from 'vitest'
import { brief } from './stand.ts'
import { bothKinds, interrupted, live, newEngine, reworded, wildInputs } from './wild.ts'

describe('expressions over the same log', () => {
  const seeds = [1, 3]

  test.each(seeds)('say the same after restarts at random points, seed %i', (seed) => {
    const { log, effects } = live(newEngine(), wildInputs(seed, 500))
    const own = effects.filter((effect) => effect.kind === 'raise' && effect.type === 'air.quality')
    expect(own.length).toBeGreaterThan(10)
    expect(interrupted(log, seed * 31)).toEqual(effects)
  })

  test.each(seeds)('and with other rules from the middle on, seed %i', (seed) => {
    const { log } = live(newEngine(), wildInputs(seed, 500))
    const middle = Math.floor(log.length / 2)
    const books = (index: number) => (index < middle ? bothKinds() : reworded())
    // Once with a restart at the change only, once with many: the change itself is a restart for the engine.
    const once = interrupted(log, seed * 31, books, [middle])
    const often = interrupted(log, seed * 17, books, [middle], 29)
    expect(brief(often)).toEqual(brief(once))
    expect(often).toEqual(once)
  })
})
