import { describe, expect, test } from 'vitest'
import { realSleep } from '../../../gateway/model/sleep.ts'
import type { OutboxItem } from '../../../gateway/outbox/outbox-item.ts'
import { api, idsIn, outbox, sender } from './harness.ts'
import { anomaly, answerJson, clear, event, queueOf, until } from './support.ts'

const aPicture = (): Promise<Buffer> => Promise.resolve(Buffer.from('x'))

describe('outbox sender', () => {
  test('sends in order, each kind to its place; consecutive events share one POST', async () => {
    const server = await api((_, response) => answerJson(response, 200))
    const store = outbox()
    for (const item of [event(1), event(2), anomaly(1), event(3), clear(1)]) store.put(item)
    sender(store, server.url).sender.start()
    await until(() => store.depth().rows === 0)
    expect(server.heard.map((heard) => [heard.path, idsIn(heard)])).toEqual([
      ['/api/v1/gateway/events', ['evt_1', 'evt_2']],
      ['/api/v1/anomalies', ['ano_1']],
      ['/api/v1/gateway/events', ['evt_3']],
      ['/api/v1/anomalies/clear', ['clr_1']],
    ])
    expect(server.heard.map((heard) => heard.key).slice(1)).toEqual(['ano_1', 'evt_3', 'clr_1'])
  })

  test('a batch of events is bounded in number and bytes', async () => {
    const server = await api((_, response) => answerJson(response, 200))
    const store = outbox()
    for (let n = 0; n < 1_200; n += 1) store.put(event(n))
    for (let n = 2_000; n < 2_004; n += 1)
      store.put(event(n, 'sighting', { text: 'x'.repeat(200_000) }))
    sender(store, server.url).sender.start()
    await until(() => store.depth().rows === 0)
    expect(Math.max(...server.heard.map((heard) => idsIn(heard).length))).toBe(500)
    expect(Math.max(...server.heard.map((heard) => heard.body.byteLength))).toBeLessThan(530_000)
    expect(server.heard.flatMap(idsIn)).toHaveLength(1_204)
  })

  test('evidence pictures are there before the report that names them, and are sent once', async () => {
    const server = await api((_, response) => answerJson(response, 200))
    const store = outbox()
    const [a, b, gone] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [
      string,
      string,
      string,
    ]
    store.put(anomaly(1, 1, [a, b, gone]))
    store.put(anomaly(2, 2, [a]))
    const readEvidence = (sha256: string) =>
      Promise.resolve(sha256 === gone ? null : Buffer.from(`jpeg ${sha256}`))
    const made = sender(store, server.url, { readEvidence }).sender
    made.start()
    await until(() => store.depth().rows === 0)
    expect(server.heard.map((heard) => `${heard.method} ${heard.path}`)).toEqual([
      `PUT /api/v1/evidence/${a}`,
      `PUT /api/v1/evidence/${b}`,
      'POST /api/v1/anomalies',
      'POST /api/v1/anomalies',
    ])
    expect(server.heard[0]?.body.toString()).toBe(`jpeg ${a}`)
    expect(made.stats()).toMatchObject({ sent: 2, evidenceSent: 2, evidenceMissing: 1 })
  })

  test('a refused picture does not hold up the alarm', async () => {
    const server = await api((heard, response) =>
      answerJson(response, heard.method === 'PUT' ? 413 : 200),
    )
    const store = outbox()
    store.put(anomaly(1, 1, ['a'.repeat(64)]))
    const made = sender(store, server.url, { readEvidence: aPicture }).sender
    made.start()
    await until(() => store.depth().rows === 0)
    expect(made.stats()).toMatchObject({ sent: 1, evidenceRefused: 1, poisoned: 0 })
  })

  test('an item that was put while the sender slept goes out at once when it is told', async () => {
    const server = await api((_, response) => answerJson(response, 200))
    const store = outbox()
    const made = sender(store, server.url, { sleep: realSleep }, { pollMs: 60_000 }).sender
    made.start()
    await new Promise((resolve) => setTimeout(resolve, 50))
    store.put(anomaly(1))
    made.wake()
    await until(() => store.depth().rows === 0, 1_000)
  })

  test('when the api comes back a waiting retry is made now, but never against Retry-After', async () => {
    let up = false
    const server = await api((_, response, n) => {
      if (!up) answerJson(response, 503)
      else if (n === 2) answerJson(response, 429, {}, { 'retry-after': '60' })
      else answerJson(response, 200)
    })
    const store = outbox()
    store.put(anomaly(1))
    const options = { backoffBaseMs: 60_000, backoffCapMs: 60_000 }
    const made = sender(store, server.url, { sleep: realSleep }, options).sender
    made.start()
    await until(() => made.stats().retries === 1)
    up = true
    made.retryNow()
    await until(() => made.stats().retries === 2, 1_000)
    made.retryNow()
    made.wake()
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(server.heard).toHaveLength(2)
  })

  test('who waits for tickets hears of each acceptance with the answer, and cannot stop the queue', async () => {
    const server = await api((heard, response) =>
      answerJson(response, 201, { ticket: { id: `tkt_${idsIn(heard)[0]}` } }),
    )
    const store = outbox()
    store.put(anomaly(1))
    store.put(anomaly(2))
    const opened: [string, unknown][] = []
    const onAccepted = (item: OutboxItem, answer: { body: unknown }): void => {
      opened.push([item.id, answer.body])
      throw new Error('subscriber is gone')
    }
    const made = sender(store, server.url, { onAccepted }).sender
    made.start()
    await until(() => store.depth().rows === 0)
    expect(opened).toEqual([
      ['ano_1', { ticket: { id: 'tkt_ano_1' } }],
      ['ano_2', { ticket: { id: 'tkt_ano_2' } }],
    ])
  })

  test('stop lets the call in flight finish; what it took is gone from the queue, the rest is kept', async () => {
    const server = await api((_, response) => void setTimeout(() => answerJson(response, 200), 100))
    const store = outbox()
    store.put(anomaly(1))
    store.put(anomaly(2))
    const made = sender(store, server.url).sender
    made.start()
    await until(() => server.heard.length === 1)
    await made.stop()
    expect(store.peek(9).map((item) => item.id)).toEqual(['ano_2'])
  })

  test('stop with a signal cuts the call off; the item stays in the queue', async () => {
    const server = await api(() => undefined)
    const store = outbox()
    store.put(anomaly(1))
    const made = sender(store, server.url, {}, { requestTimeoutMs: 60_000 }).sender
    made.start()
    await until(() => server.heard.length === 1)
    const began = performance.now()
    await made.stop(AbortSignal.timeout(50))
    expect(performance.now() - began).toBeLessThan(2_000)
    expect(store.depth().rows).toBe(1)
  })

  test('a queue that fails for a while (its thread restarts) loses nothing', async () => {
    const server = await api((_, response) => answerJson(response, 200))
    const store = outbox()
    store.put(anomaly(1))
    const queue = queueOf(store)
    let broken = 3
    const failing = <T>(work: () => Promise<T>): Promise<T> =>
      (broken -= 1) >= 0 ? Promise.reject(new Error('thread is gone')) : work()
    const made = sender(store, server.url, {
      queue: {
        ...queue,
        peek: (n) => failing(() => queue.peek(n)),
        remove: (ids) => failing(() => queue.remove(ids)),
      },
    }).sender
    made.start()
    await until(() => store.depth().rows === 0)
    expect(server.heard).toHaveLength(1)
  })
})
