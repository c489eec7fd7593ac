import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { bareCheckout } from '../support/checkout.ts'
import { runDemo } from '../support/demo.ts'
import { needs } from '../support/needs.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

// Both at once: the one without weights costs little, and each takes a minute and a half whatever the machine.
describe.concurrent('the living community, scored from outside', () => {
  test.runIf(needs('shared-models') && needs('shared-media'))(
    'every staged anomaly becomes its ticket, nothing else does, within three seconds',
    { timeout: 180_000 },
    async () => {
      const { score, exitCode, log } = await runDemo(root, 90)
      expect(score.missed).toEqual([])
      expect(score.false).toEqual([])
      expect(score.expected).toBeGreaterThanOrEqual(20)
      expect(score.found).toBe(score.expected)
      expect(score.delayMs.p95).toBeLessThan(3_000)
      expect(score.faces.granted).toBeGreaterThanOrEqual(1)
      expect(score.faces.wrong).toBe(0)
      expect(score.vehicles.passed).toBeGreaterThanOrEqual(1)
      expect(score.vehicles.wrong).toBe(0)
      expect(log).toContain('test mode: faces open doors by pictures alone')
      expect(score.frames.analysed).toBeGreaterThan(50)
      // One alarm is delivered twice on purpose; nothing else may be missing.
      expect(score.readings.in - score.readings.stored).toBeLessThanOrEqual(2)
      expect(exitCode).toBe(0)
    },
  )

  test('without any weights sensors, rules, care and tickets still work', {
    timeout: 180_000,
  }, async () => {
    const bare = await bareCheckout()
    try {
      const { score, exitCode } = await runDemo(bare.dir, 90)
      expect(score.missed).toEqual([])
      expect(score.false).toEqual([])
      expect(score.expected).toBeGreaterThanOrEqual(11)
      expect(score.faces).toEqual({ granted: 0, wrong: 0 })
      expect(score.vehicles).toEqual({ passed: 0, wrong: 0 })
      expect(score.frames.in).toBeGreaterThan(50)
      expect(score.frames.analysed).toBe(0)
      expect(exitCode).toBe(0)
    } finally {
      await bare.remove()
    }
  })
})
