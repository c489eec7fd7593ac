import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../api/db/open.ts'
import { emit } from '../../api/events/emit.ts'
import { type TestApi, smoke, startTestApi } from './support/api.ts'

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function start(stream = {}): Promise<{ test: TestApi; url: string }> {
  const test = await startTestApi({ stream: { heartbeatMs: 100, ...stream } })
  closing.push(() => test.close())
  return { test, url: await listen(test) }
}

async function listen(test: TestApi): Promise<string> {
  await test.api.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = test.api.app.server.address() as AddressInfo
  return `http://127.0.0.1:${port}/api/v1/stream`
}

interface Listener {
  readonly status: number
  readonly events: { id: string; event: string; data: Record<string, unknown> }[]
  lastId(): string
  ended: boolean
  until(count: number): Promise<void>
  close(): void
}

/** A reader of server-sent events, as a browser reads them. */
async function hear(url: string, token: string, lastEventId?: string): Promise<Listener> {
  const abort = new AbortController()
  const response = await fetch(url, {
    signal: abort.signal,
    headers: {
      authorization: `Bearer ${token}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
  })
  let lastId = ''
  const self: Listener = {
    status: response.status,
    events: [],
    lastId: () => lastId,
    ended: false,
    async until(count) {
      const end = Date.now() + 5_000
      while (self.events.length < count) {
        if (Date.now() > end) throw new Error(`heard ${self.events.length} of ${count}`)
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    },
    close: () => abort.abort(),
  }
  closing.push(() => abort.abort())
  void read(response, self, (id) => (lastId = id))
  return self
}

async function read(response: Response, into: Listener, seen: (id: string) => void) {
  let text = ''
  try {
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString()
      const parts = text.split('\n\n')
      text = parts.pop() ?? ''
      for (const part of parts) {
        const fields = new Map(
          part.split('\n').map((line) => line.split(/: ?(.*)/s) as [string, string]),
        )
        const id = fields.get('id')
        if (id !== undefined) seen(id)
        const [event, data] = [fields.get('event'), fields.get('data')]
        if (event !== undefined && data !== undefined) {
          into.events.push({ id: id ?? '', event, data: JSON.parse(data) })
        }
      }
    }
  } catch {
    // The test hung up.
  }
  into.ended = true
}

const event = (id: string, type: string) => ({
  id,
  ts: 5,
  community: 'demo',
  device: 'cam-1',
  type,
  data: { state: 'offline' },
})

/** So much happened while nobody listened. */
async function fillPast(test: TestApi, count: number): Promise<void> {
  const db = await openDatabase(join(test.home, 'api.db'))
  await db.transaction().execute(async (trx) => {
    for (let i = 0; i < count; i += 1) {
      const data = { title: 'x'.repeat(400) }
      await emit(trx, { name: 'ticket', ts: i, community: 'demo', unit: null, data })
    }
  })
  await db.destroy()
  // A change of its own makes the api look.
  const admin = await test.admin()
  await admin.patch(`/users/${(await admin.get('/auth/me')).json().id}`, { name: 'me' })
}

describe('the stream', () => {
  it('tells of a change at once, in order, with what the page needs to reload', async () => {
    const { test, url } = await start()
    const admin = await test.admin()
    const listener = await hear(url, admin.token)
    const { ticket } = (await test.box.post('/anomalies', smoke('s-1'))).json()
    await admin.post(`/tickets/${ticket.id}/actions/dispatch`, { unit: 'property' })
    await listener.until(3)
    expect(
      listener.events.map(({ event, data }) => [event, data['change'] ?? data['type']]),
    ).toEqual([
      ['ticket', 'opened'],
      ['anomaly', 'smoke.alarm'],
      ['ticket', 'dispatch'],
    ])
    expect(listener.events[2]?.data).toMatchObject({
      id: ticket.id,
      status: 'dispatched',
      severity: 'critical',
      community: 'demo',
    })
  })

  it('resumes after the last id that was heard: nothing twice, nothing missed, after a restart too', async () => {
    const { test, url } = await start()
    const admin = await test.admin()
    const first = await hear(url, admin.token)
    await admin.post('/tickets', { title: 'before' })
    await first.until(1)
    const from = first.lastId()
    first.close()
    for (let i = 0; i < 1_200; i += 1)
      await test.box.post('/anomalies', smoke(`m-${i}`, { key: 'm' }))
    await test.restart()
    const second = await hear(await listen(test), admin.token, from)
    await admin.post('/tickets', { title: 'after' })
    await second.until(2_401)
    const ids = second.events.map(({ id }) => Number(id))
    expect(ids).toEqual(Array.from({ length: 2_401 }, (_, i) => Number(from) + 1 + i))
    expect(second.events.at(-1)?.data['title']).toBe('after')
  }, 60_000)

  it('resumes a past that is longer than any buffer, as fast as the client reads', async () => {
    const { test, url } = await start({ bufferBytesMax: 64 * 1024 })
    const admin = await test.admin()
    await fillPast(test, 3_000)
    const listener = await hear(url, admin.token, '0')
    await listener.until(3_000)
    expect(listener.ended).toBe(false)
    await admin.post('/tickets', { title: 'after' })
    await listener.until(3_001)
    expect(listener.events.at(-1)?.data['title']).toBe('after')
  }, 30_000)

  it('hears of what comes with an id of another store, too', async () => {
    const { test, url } = await start()
    const admin = await test.admin()
    const listener = await hear(url, admin.token, '999999')
    await admin.post('/tickets', { title: 'new' })
    await listener.until(1)
    expect(listener.events[0]?.data['title']).toBe('new')
  })

  it('starts with now for a new listener, who can resume even if nothing was said', async () => {
    const { test, url } = await start()
    const admin = await test.admin()
    await admin.post('/tickets', { title: 'old' })
    const listener = await hear(url, admin.token)
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(listener.events).toEqual([])
    expect(Number(listener.lastId())).toBe(1)
  })

  it('keeps communities and units apart', async () => {
    const { test, url } = await start()
    const here = await test.person('staff', ['demo'])
    const there = await test.person('staff', ['home'])
    const unit = await test.person('unit', ['demo'], 'lift-service')
    const admin = await test.admin()
    const listeners = await Promise.all([here, there, unit].map(({ token }) => hear(url, token)))
    const made = (await admin.post('/tickets', { title: 'x', community: 'demo' })).json()
    await admin.post('/tickets', { title: 'y', community: 'home' })
    await admin.post(`/tickets/${made.id}/actions/file`)
    await admin.post(`/tickets/${made.id}/actions/dispatch`, { unit: 'lift-service' })
    await listeners[0]?.until(3)
    await listeners[1]?.until(1)
    await listeners[2]?.until(1)
    const titles = listeners.map(({ events }) => [
      ...new Set(events.map(({ data }) => data['title'])),
    ])
    expect(titles).toEqual([['x'], ['y'], ['x']])
    expect(listeners[2]?.events[0]?.data['change']).toBe('dispatch')
  })

  it('ends when the person is signed out, and is not for everybody', async () => {
    const { test, url } = await start()
    const admin = await test.admin()
    const staff = await test.person('staff')
    const listener = await hear(url, staff.token)
    await admin.patch(`/users/${staff.id}`, { disabled: true })
    const end = Date.now() + 5_000
    while (!listener.ended && Date.now() < end) await new Promise((r) => setTimeout(r, 20))
    expect(listener.ended).toBe(true)
    const resident = await test.person('resident')
    expect((await hear(url, resident.token)).status).toBe(403)
    expect((await fetch(url)).status).toBe(401)
  })

  it('has a bound on how many listen', async () => {
    const { test, url } = await start({ clientsMax: 1 })
    const admin = await test.admin()
    await hear(url, admin.token)
    const second = await fetch(url, { headers: { authorization: `Bearer ${admin.token}` } })
    const { code } = (await second.json()) as { code: string }
    expect([second.status, code]).toEqual([503, 'stream.full'])
  })

  it('shows sightings and camera states of the box', async () => {
    const { test, url } = await start()
    const admin = await test.admin()
    const listener = await hear(url, admin.token)
    const events = [
      event('1', 'sighting'),
      event('2', 'camera.state'),
      event('3', 'access.granted'),
    ]
    await test.box.post('/gateway/events', { events })
    await listener.until(2)
    expect(listener.events.map(({ event }) => event)).toEqual(['sighting', 'device'])
    const history = (await admin.get('/events?type=access.granted,sighting&limit=1')).json()
    expect(history.items).toMatchObject([{ id: '3', type: 'access.granted' }])
    const next = (
      await admin.get(`/events?type=access.granted,sighting&cursor=${history.next}`)
    ).json()
    expect(next.items).toMatchObject([{ id: '1' }])
  })
})
