import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { CodedError } from '../../../contracts/errors.ts'
import { type SourceEvents, SupervisedSource } from '../../../gateway/cameras/source-supervisor.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A source whose connections are scripted; time is the test's. */
function scripted(random = () => 1) {
  const opened: SourceEvents[] = []
  const warned: string[] = []
  const state = { closed: 0, refuse: false }
  const source = new SupervisedSource(
    {
      async open(events) {
        opened.push(events)
        if (state.refuse) throw new CodedError('camera.source-refused', 'no')
        return {
          async close() {
            state.closed += 1
          },
        }
      },
      frame() {},
      random,
      // Faked together with the timers.
      monotonic: () => Date.now(),
      logger: {
        debug() {},
        info() {},
        warn: (fields) => void warned.push(JSON.stringify(fields)),
        error() {},
      },
    },
    { name: 'demo/gate', stallMs: 5_000 },
  )
  const last = (): SourceEvents => opened.at(-1) as SourceEvents
  const fail = (why = 'gone') => last().ended(new CodedError('ffmpeg.failed', why))
  return { source, opened, state, warned, last, fail }
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xd9])

describe('a source that fails', () => {
  test('is opened anew after pauses that double up to 20 s', async () => {
    const t = scripted()
    t.source.start()
    await pass(0)
    for (const delayMs of [500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000]) {
      const before = t.opened.length
      t.fail()
      await pass(delayMs - 1)
      expect(t.opened).toHaveLength(before)
      await pass(1)
      expect(t.opened).toHaveLength(before + 1)
    }
    expect(t.source.restarts).toBe(8)
    await t.source.close()
  })

  test('pauses are jittered down to half', async () => {
    const t = scripted(() => 0)
    t.source.start()
    await pass(0)
    t.fail()
    await pass(249)
    expect(t.opened).toHaveLength(1)
    await pass(1)
    expect(t.opened).toHaveLength(2)
    await t.source.close()
  })

  test('a single picture does not make a good run; a minute of them does', async () => {
    const t = scripted()
    t.source.start()
    await pass(0)
    for (const delayMs of [500, 1_000, 2_000]) {
      t.last().frame(jpeg)
      t.fail()
      await pass(delayMs)
    }
    expect(t.opened).toHaveLength(4)
    for (let i = 0; i <= 60; i += 1) {
      t.last().frame(jpeg)
      await pass(1_000)
    }
    t.fail()
    await pass(500)
    expect(t.opened).toHaveLength(5)
    await t.source.close()
  })

  test('without a picture for the stall time it is closed, counted and named; a picture clears it', async () => {
    const t = scripted()
    t.source.start()
    await pass(4_999)
    expect(t.state.closed).toBe(0)
    await pass(1)
    expect(t.state.closed).toBe(1)
    expect(t.source.kills).toBe(1)
    expect(t.source.problem).toEqual({ code: 'ffmpeg.failed', detail: 'no picture for 5 s' })
    const late = t.last()
    await pass(500)
    // What the old connection still says does not count.
    late.frame(jpeg)
    expect(t.source.problem).not.toBeNull()
    t.last().frame(jpeg)
    expect(t.source.problem).toBeNull()
    expect(t.source.state).toBe('playing')
    await t.source.close()
  })

  test('the same failure is logged once, another one again', async () => {
    const t = scripted()
    t.source.start()
    await pass(0)
    for (let i = 0; i < 4; i += 1) {
      t.fail('one')
      await pass(500 * 2 ** i)
    }
    t.fail('two')
    expect(t.warned).toHaveLength(2)
    await t.source.close()
  })

  test('once closed it stays closed, in whatever state it was', async () => {
    const waiting = scripted()
    waiting.state.refuse = true
    waiting.source.start()
    await pass(0)
    expect(waiting.source.problem?.code).toBe('camera.source-refused')
    await waiting.source.close()
    const delayed = scripted()
    delayed.source.start(1_000)
    await delayed.source.close()
    await pass(60_000)
    expect(waiting.opened).toHaveLength(1)
    expect(delayed.opened).toHaveLength(0)
    expect(vi.getTimerCount()).toBe(0)
  })
})
