import { describe, expect, test } from 'vitest'
import { createApiTransport } from '../../../gateway/outbox/api-transport.ts'
import { api, idsIn, outbox, sender } from './harness.ts'
import { anomaly, answerJson, event, FakeTime, until } from './support.ts'

describe('outbox sender and an api that misbehaves', () => {
  test('check 24: poison is set aside after five refusals and the queue moves on', async () => {
    const server = await api((heard, response) => {
      const bad = idsIn(heard).some((id) => id === 'ano_2' || id === 'evt_5')
      answerJson(response, bad ? 422 : 200, { code: 'request.invalid' })
    })
    const store = outbox()
    const items = [anomaly(1), anomaly(2), anomaly(3), event(4), event(5), event(6)]
    for (const item of items) store.put(item)
    const made = sender(store, server.url).sender
    made.start()
    await until(() => store.depth().rows === 0)
    expect(server.heard.filter((heard) => heard.key === 'ano_2')).toHaveLength(5)
    expect(server.heard.filter((heard) => heard.key === 'evt_5')).toHaveLength(5)
    const taken = server.heard.filter((heard) => !/ano_2|evt_5/.test(heard.body.toString()))
    expect(taken.flatMap(idsIn)).toEqual(['ano_1', 'ano_3', 'evt_4', 'evt_6'])
    expect(store.depth().poisoned).toBe(2)
    expect(made.stats()).toMatchObject({ sent: 4, poisoned: 2 })
  })

  test.each([401, 403, 404, 405, 408, 425, 429, 302, 500, 503])(
    'an answer %i never poisons: it may pass, and the order is kept meanwhile',
    async (status) => {
      const server = await api((_, response, n) => answerJson(response, n <= 12 ? status : 200))
      const store = outbox()
      store.put(anomaly(1))
      store.put(anomaly(2))
      const made = sender(store, server.url).sender
      made.start()
      await until(() => store.depth().rows === 0)
      expect(server.heard.flatMap(idsIn)).toEqual([
        ...Array.from({ length: 13 }, () => 'ano_1'),
        'ano_2',
      ])
      expect(made.stats()).toMatchObject({ sent: 2, poisoned: 0, retries: 12, lastError: null })
    },
  )

  test('Retry-After is obeyed, as seconds and as a date, and cut where it is absurd', async () => {
    const time = new FakeTime()
    const headers = ['7', new Date(time.nowMs + 7_000 + 90_000).toUTCString(), '999999999']
    const server = await api((_, response, n) => {
      const header = headers[n - 1]
      if (header === undefined) answerJson(response, 200)
      else answerJson(response, 429, {}, { 'retry-after': header })
    })
    const store = outbox()
    store.put(anomaly(1))
    const made = sender(store, server.url, {
      clock: time.clock,
      sleep: time.sleep,
      transport: createApiTransport({ clock: time.clock }, { url: server.url, token: 't' }),
    }).sender
    made.start()
    await until(() => store.depth().rows === 0)
    await made.stop()
    expect(time.naps[0]).toBe(7_000)
    expect(time.naps[1]).toBeGreaterThan(88_000)
    expect(time.naps[1]).toBeLessThanOrEqual(90_000)
    expect(time.naps[2]).toBe(3_600_000)
  })

  test('pauses double with chance up to a cap', async () => {
    const server = await api((_, response, n) => answerJson(response, n <= 9 ? 500 : 200))
    const store = outbox()
    store.put(anomaly(1))
    const { sender: made, time } = sender(store, server.url)
    made.start()
    await until(() => store.depth().rows === 0)
    expect(time.naps.slice(0, 9)).toEqual([
      375, 750, 1_500, 3_000, 6_000, 12_000, 22_500, 22_500, 22_500,
    ])
  })
})
