import { expect, test } from 'vitest'
import { dayMs } from '../../../contracts/clock.ts'
import { createApiTransport } from '../../../gateway/outbox/api-transport.ts'
import { createOutboxSender } from '../../../gateway/outbox/outbox-sender.ts'
import { createOutboxStore } from '../../../gateway/outbox/outbox-store.ts'
import {
  anomaly,
  answerJson,
  clear,
  event,
  FakeTime,
  type Heard,
  openOutbox,
  queueOf,
  scriptedApi,
  silent,
  until,
} from './support.ts'

const idsIn = (heard: Heard): string[] => {
  const body = JSON.parse(heard.body.toString()) as { id?: string; events?: { id: string }[] }
  return body.events?.map((item) => item.id) ?? [body.id ?? '']
}

/**
 * An api as ours: takes each idempotency key once and answers a repeat with the first answer. It commits
 * before it fails in some of the ways in which a server can fail, as a crash between the two would.
 */
function takeOnce() {
  const answers = new Map<string, { ticket: string }>()
  const applied: string[] = []
  return {
    applied,
    take(heard: Heard): { ticket: string } {
      const known = answers.get(heard.key)
      if (known !== undefined) return known
      applied.push(...idsIn(heard))
      const answer = { ticket: `tkt_${answers.size}` }
      answers.set(heard.key, answer)
      return answer
    },
  }
}

// Standards, check 34. A box must survive a day without its platform and the platform's bad morning after it.
test('check 34: ticket API down 24 h, then 429/5xx/slow: drains in order with idempotency keys, nothing lost or twice', async () => {
  const db = openOutbox()
  const store = createOutboxStore(db)
  const time = new FakeTime()
  const probe = await scriptedApi(() => undefined)
  const port = Number(new URL(probe.url).port)
  await probe.close() // nobody listens there now: connections are refused

  const accepted: string[] = []
  const made = createOutboxSender(
    {
      queue: queueOf(store),
      transport: createApiTransport(
        { clock: time.clock },
        { url: `http://127.0.0.1:${port}`, token: 'secret' },
      ),
      readEvidence: () => Promise.resolve(null),
      clock: time.clock,
      random: Math.random,
      logger: silent,
      sleep: time.sleep,
      onAccepted: (item) => void accepted.push(item.id),
    },
    { requestTimeoutMs: 250 },
  )
  const put: string[] = []
  const putSome = (n: number): void => {
    const items = [anomaly(n), event(2 * n), event(2 * n + 1, 'access.granted'), clear(n)]
    for (const item of items) {
      store.put(item)
      put.push(item.id)
    }
    made.wake()
  }
  const began = time.nowMs
  made.start()
  let next = 0
  while (time.nowMs - began < dayMs) {
    if (next < 50 && time.nowMs - began >= (next * dayMs) / 50) putSome((next += 1))
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(store.depth().rows).toBe(put.length)
  expect(made.stats().lastError).toMatchObject({ code: 'api.unreachable' })
  expect(made.stats().retries).toBeGreaterThan(24 * 60)
  expect(Math.max(...time.naps)).toBeLessThanOrEqual(30_000)

  const platform = takeOnce()
  let n = 0
  const server = await scriptedApi((heard, response) => {
    n += 1
    const way = n % 9
    if (way === 1) answerJson(response, 429, {}, { 'retry-after': '2' })
    else if (way === 2) answerJson(response, 500)
    else if (way === 3)
      void platform.take(heard) // took it, and never answers
    else if (way === 4)
      answerJson(response, 503, platform.take(heard)) // took it, and says it did not
    else if (way === 5) {
      platform.take(heard)
      response.destroy() // took it, and the line is cut
    } else answerJson(response, 201, platform.take(heard))
  }, port)
  try {
    await until(() => store.depth().rows === 0, 60_000)
    putSome((next += 1)) // life goes on behind it
    await until(() => store.depth().rows === 0)
    await made.stop()
    expect(platform.applied).toEqual(put)
    expect(accepted).toEqual(put)
    expect(made.stats()).toMatchObject({ sent: put.length, poisoned: 0, lastError: null })
    expect(store.depth().poisoned).toBe(0)
    for (const heard of server.heard) expect(heard.key).toMatch(/^(ano|clr|evt|evb)_/)
  } finally {
    await made.stop(AbortSignal.abort())
    await server.close()
    db.close()
  }
}, 120_000)
