import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type SteadyMark, readSteady } from '../../api/timers/steady-time.ts'
import { openTimers } from './support/timers.ts'

const day = 86_400_000
const t0 = Date.UTC(2026, 10, 20, 4)
const read = (mark: SteadyMark | null, boot: string, monoMs: number, wallMs: number) =>
  readSteady(mark, { boot, monoMs, wallMs })

describe('steady time', () => {
  const start = read(null, 'a', 1_000, t0)

  for (const [what, jump] of [
    ['a day ahead', day],
    ['a day back', -day],
    ['to 1970', -t0],
  ] as const) {
    test(`a clock that is set ${what} moves nothing, while it runs and over a restart`, () => {
      const later = read(start, 'a', 6_000, t0 + 5_000 + jump)
      expect(later.steadyMs - start.steadyMs).toBe(5_000)
      const restarted = read(later, 'a', 66_000, t0)
      expect(restarted.steadyMs - start.steadyMs).toBe(65_000)
    })
  }

  test('over a reboot the wall clock tells how long it was off', () => {
    expect(read(start, 'b', 10, t0 + 3_600_000).steadyMs - start.steadyMs).toBe(3_600_000)
  })

  test('a box that starts in 1970 counts what it can; set right, what was missed counts at once', () => {
    const woken = read(start, 'b', 20_000, 20_000)
    expect(woken).toMatchObject({ doubt: true, steadyMs: start.steadyMs + 20_000 })
    const again = read(woken, 'b', 30_000, 30_000)
    expect(again.steadyMs).toBe(start.steadyMs + 30_000)
    const right = read(again, 'b', 31_000, t0 + 7_200_000)
    expect(right).toMatchObject({ doubt: false, steadyMs: start.steadyMs + 7_200_000 })
    expect(read(right, 'b', 32_000, t0 + 7_201_000).steadyMs - right.steadyMs).toBe(1_000)
  })

  test('it never runs backwards', () => {
    const woken = read(start, 'b', 5 * day, 0)
    expect(read(woken, 'b', 5 * day + 1, t0 + day).steadyMs).toBeGreaterThanOrEqual(woken.steadyMs)
  })
})

describe('deadlines', () => {
  let home: string
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'linli-timers-'))
  })
  afterEach(() => rm(home, { recursive: true, force: true }))

  test('fire once, in the transaction that takes them away, over jumps of the clock', async () => {
    const time = { wall: t0, mono: 0 }
    const timers = await openTimers(home, time)
    await timers.schedule('a', 60_000)
    await timers.schedule('b', 120_000)
    time.wall += day
    await timers.settle()
    expect(timers.fired).toEqual([])
    time.mono += 60_000
    time.wall -= 2 * day
    await timers.settle()
    expect(timers.fired).toEqual(['a'])
    await timers.close()
    time.wall = 0
    time.mono += 60_000
    const again = await openTimers(home, time)
    await again.settle()
    await again.settle()
    expect(again.fired).toEqual(['b'])
    await again.close()
  })

  test('what fails stays, is counted, and is tried again', async () => {
    const time = { wall: t0, mono: 0 }
    const timers = await openTimers(home, time)
    timers.fail(1)
    await timers.schedule('a', 0)
    await timers.settle()
    expect([timers.fired, timers.deadlines.failed]).toEqual([[], 1])
    time.mono += 2_000
    await timers.settle()
    expect(timers.fired).toEqual(['a'])
    await timers.close()
  })

  test('kill -9 in the middle, on the real clock: each fires once, within 2 s', async () => {
    const script = fileURLToPath(new URL('./support/timer-process.ts', import.meta.url))
    const run = () => fork(script, [home], { execArgv: ['--import', 'tsx'] })
    const first = run()
    await new Promise<void>((resolve) => first.once('message', () => resolve()))
    await sleep(700)
    first.kill('SIGKILL')
    const second = run()
    const report = await new Promise<{ fired: string[]; lateMs: number }>((resolve) =>
      second.on('message', (message: { fired?: string[]; lateMs?: number }) => {
        if (message.fired !== undefined)
          resolve({ fired: message.fired, lateMs: message.lateMs ?? NaN })
      }),
    )
    second.kill('SIGKILL')
    expect(report.fired.toSorted()).toEqual(['t0', 't1', 't2', 't3'])
    expect(report.lateMs).toBeLessThan(2_000)
  }, 60_000)
})
