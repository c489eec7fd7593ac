import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { BroadcastDetail, ClipItem } from '../../../contracts/http/broadcast.ts'
import { dayMs, minuteMs } from '../../../contracts/clock.ts'
import type { CommandRequest } from '../../../contracts/private-api.ts'
import { needs } from '../../support/needs.ts'
import { listen, wav } from '../../support/sound.ts'
import { loggedAccess } from '../support/access-log.ts'
import { type Caller, type TestApi, noon, startTestApi } from '../support/api.ts'
import { type Box, startBox } from '../support/box.ts'

const address = 'http://192.168.10.2:8080'
let test: TestApi
let box: Box
let staff: Caller
let told: CommandRequest[]
/** What a loudspeaker does before it answers; by device. */
const slow = new Map<string, Promise<void>>()

beforeAll(async () => {
  box = await startBox()
  box.answers.set('POST /commands', async (body) => {
    const request = body as CommandRequest
    told.push(request)
    await slow.get(request.device)
    return { id: `c-${told.length}`, outcome: 'done', error: null }
  })
  test = await begin(process.env['PATH'] ?? '')
  staff = await test.person('staff')
})
afterAll(async () => {
  await test.close()
  await box.close()
})
beforeEach(() => {
  told = []
  slow.clear()
})

/** An api with three loudspeakers, each with other abilities. */
async function begin(searchPath: string): Promise<TestApi> {
  const begun = await startTestApi({
    gatewayUrl: box.url,
    speech: { address: () => address, searchPath },
  })
  const admin = await begun.admin()
  const can = {
    plays: ['speaker.play', 'speaker.stop'],
    both: ['speaker.play', 'speaker.say', 'speaker.stop'],
    says: ['speaker.say'],
  }
  for (const [id, capabilities] of Object.entries(can)) {
    await admin.post('/devices', {
      id,
      type: 'speaker',
      name: `喇叭 ${id}`,
      place: { name: '3 栋' },
    })
    // As the box reports what an approved loudspeaker says of itself.
    const data = { client: `demo.${id}`, info: { type: 'speaker', name: 'BX-9', capabilities } }
    const event = { id: `seen-${id}`, ts: noon, community: 'demo', device: id, type: 'device.seen' }
    await begun.box.post('/gateway/events', { events: [{ ...event, data }] })
  }
  return begun
}

async function when(id: string, holds: (detail: BroadcastDetail) => boolean) {
  for (let i = 0; i < 600; i += 1) {
    const detail = (await staff.get(`/broadcasts/${id}`)).json<BroadcastDetail>()
    if (holds(detail)) return detail
    await sleep(50)
  }
  throw new Error('it did not come to that')
}
const done = (id: string) => when(id, ({ state }) => state === 'done')
const made = async (body: object): Promise<string> => {
  const answer = await staff.post('/broadcasts', body)
  if (answer.statusCode !== 201) throw new Error(answer.body)
  return answer.json<BroadcastDetail>().id
}
const byDevice = ({ receipts }: BroadcastDetail) =>
  Object.fromEntries(
    receipts.map(({ device, state, way, error }) => [device, { state, way, error }]),
  )

/** What a loudspeaker does with its command: it has no account, only the address. */
const fetchIt = (url: string, headers: Record<string, string> = {}) =>
  test.api.app.inject({ url: url.slice(address.length), headers })
const urlTold = (device: string): string =>
  String(told.find((one) => one.device === device && one.name === 'speaker.play')?.args['url'])

async function bring(name: string, bytes: Buffer, type = 'audio/wav') {
  return test.api.app.inject({
    method: 'POST',
    url: `/api/v1/broadcasts/clips?name=${encodeURIComponent(name)}`,
    headers: { authorization: `Bearer ${staff.token}`, 'content-type': type },
    payload: bytes,
  })
}

describe.runIf(needs('espeak-ng') && needs('ffmpeg'))('loudspeakers that play', () => {
  it('are given the spoken text by an address that works without an account, for them alone', async () => {
    const detail = await done(await made({ template: 'fire' }))
    expect(byDevice(detail)).toEqual({
      both: { state: 'done', way: 'play', error: null },
      plays: { state: 'done', way: 'play', error: null },
      says: { state: 'done', way: 'say', error: null },
    })
    expect(detail).toMatchObject({ answers: { waiting: 0, heard: 3, failed: 0, stopped: 0 } })
    const args = told.find(({ device }) => device === 'plays')?.args ?? {}
    expect(args).toMatchObject({ priority: 'emergency', repeat: 3, lang: 'zh', type: 'audio/mpeg' })
    const answer = await fetchIt(urlTold('plays'))
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'audio/mpeg'])
    expect(answer.rawPayload.length).toBe(args['bytes'])
    expect(listen(answer.rawPayload).seconds).toBeGreaterThan(5)
    const part = await fetchIt(urlTold('plays'), { range: 'bytes=100-199' })
    expect([part.statusCode, part.headers['content-range']]).toEqual([
      206,
      `bytes 100-199/${String(args['bytes'])}`,
    ])
    expect(part.rawPayload).toEqual(answer.rawPayload.subarray(100, 200))
  }, 60_000)

  it('and the address opens nothing else, for nobody else, and not for long', async () => {
    await done(await made({ text: '今天停水', devices: ['plays'] }))
    const url = urlTold('plays')
    const other = 'f'.repeat(64)
    for (const wrong of [
      url.replace('device=plays', 'device=both'),
      url.replace(/until=\d+/, `until=${noon * 2}`),
      url.replace(/[0-9a-f]{64}/, other),
      url.replace(/signature=.{4}/, 'signature=AAAA'),
    ])
      expect((await fetchIt(wrong)).json(), wrong).toMatchObject({ code: 'sound.link-refused' })
    for (const path of ['..%2f..%2fapi.db', '%2e%2e/api.db', '../../api.db', `${other}.mp3%00`]) {
      const answer = await fetchIt(url.replace(/[0-9a-f]{64}\.mp3/, path))
      expect([400, 401, 404], path).toContain(answer.statusCode)
    }
    expect((await fetchIt(url)).statusCode).toBe(200)
    test.time.now += 11 * minuteMs
    expect((await fetchIt(url)).json()).toMatchObject({ code: 'sound.link-refused' })
    // Guessing is slow.
    for (let i = 0; i < 30; i += 1) await fetchIt(url)
    expect((await fetchIt(url)).statusCode).toBe(429)
  }, 60_000)

  it('play a clip that somebody brought; one that only speaks says that it cannot', async () => {
    const brought = await bring('开门提示音', wav(1))
    expect(brought.statusCode).toBe(201)
    const clip = brought.json<ClipItem>()
    expect(clip).toMatchObject({ name: '开门提示音', sourceType: 'wav' })
    const id = await made({ clip: clip.id, priority: 'music' })
    const detail = await done(id)
    expect(byDevice(detail)).toMatchObject({
      plays: { state: 'done', way: 'play' },
      says: { state: 'refused', way: null, error: 'it plays no clips' },
    })
    expect(detail).toMatchObject({ clip: { id: clip.id, name: '开门提示音' }, text: '' })
    const heard = listen((await fetchIt(urlTold('plays'))).rawPayload)
    expect(Math.abs(heard.seconds - 1)).toBeLessThan(0.2)
    // One that will be played stays; after that it can go, and what was said of it stays.
    const later = await made({ clip: clip.id, at: test.time.now + dayMs })
    expect((await staff.delete(`/broadcasts/clips/${clip.id}`)).json()).toMatchObject({
      code: 'broadcast.clip-in-use',
    })
    await staff.post(`/broadcasts/${later}/cancel`)
    expect((await staff.delete(`/broadcasts/clips/${clip.id}`)).statusCode).toBe(204)
    expect((await staff.get(`/broadcasts/${id}`)).json()).toMatchObject({
      clip: { name: '开门提示音' },
    })
    expect(loggedAccess(test.home, 'broadcast.clip')).toHaveLength(1)
    expect(loggedAccess(test.home, 'broadcast.clip-deleted')).toHaveLength(1)
  }, 60_000)

  it('take in nothing that is no sound, whatever it is called', async () => {
    const page = await bring('x', Buffer.from('<html>not a sound at all</html>'), 'audio/mpeg')
    expect(page.json()).toMatchObject({ code: 'request.unsupported-type' })
    expect((await bring('x', wav(0.2), 'text/html')).statusCode).toBe(415)
    const large = Buffer.alloc(20_000_001)
    expect((await bring('x', large)).statusCode).toBe(413)
    const grid = await test.person('grid')
    expect((await grid.get('/broadcasts/clips')).statusCode).toBe(403)
  })

  it('fall silent when it is stopped, also those that are being told at that moment', async () => {
    let answerNow = (): void => undefined
    slow.set('plays', new Promise((resolve) => (answerNow = () => resolve())))
    const id = await made({ template: 'gas' })
    await when(id, ({ answers }) => answers.heard === 2)
    const cancelled = await staff.post(`/broadcasts/${id}/cancel`)
    expect(cancelled.json()).toMatchObject({ state: 'cancelled' })
    answerNow()
    const detail = await when(id, ({ answers }) => answers.stopped === 3)
    expect(byDevice(detail)).toMatchObject({
      both: { state: 'stopped' },
      says: { state: 'stopped' },
      plays: { state: 'cancelled' },
    })
    // Its word to stop comes after the word to play, however slow it was.
    const orders = () => told.filter(({ device }) => device === 'plays').map(({ name }) => name)
    while (orders().length < 3) await sleep(20)
    expect(orders()).toEqual(['speaker.play', 'speaker.stop', 'speaker.stop'])
    expect(told.find(({ name }) => name === 'speaker.stop')?.args).toEqual({ broadcast: id })
  }, 60_000)

  it('hear an emergency at once, however slow the others of a notice are', async () => {
    let answerNow = (): void => undefined
    const held = new Promise<void>((resolve) => (answerNow = () => resolve()))
    slow.set('says', held)
    const notice = await made({ text: '明天查水表' })
    await when(notice, ({ answers }) => answers.heard === 2)
    await done(await made({ template: 'fire', devices: ['plays'] }))
    expect((await staff.get(`/broadcasts/${notice}`)).json()).toMatchObject({ state: 'speaking' })
    answerNow()
    await done(notice)
  }, 60_000)

  it('are listened to before anybody hears them', async () => {
    const answer = await staff.post('/broadcasts/preview', { text: 'Good morning', language: 'en' })
    expect(answer.headers['content-type']).toBe('audio/mpeg')
    expect(listen(answer.rawPayload).seconds).toBeGreaterThan(0.4)
    expect(told).toEqual([])
    const means = (await staff.get('/broadcasts/means')).json()
    expect(means).toMatchObject({ missing: [], address, localOnly: false })
    const { items } = (await staff.get('/broadcasts/speakers')).json<{ items: unknown[] }>()
    expect(items).toContainEqual({
      id: 'plays',
      name: '喇叭 plays',
      areas: ['3栋'],
      online: null,
      lastSeenAt: null,
      playing: null,
      plays: true,
      says: false,
    })
    expect(existsSync(join(test.home, 'sounds'))).toBe(true)
  }, 60_000)
})

describe('without a program that speaks', () => {
  it('a loudspeaker that can speaks by itself, the other says what is missing', async () => {
    const bare = await begin('/nowhere')
    const caller = await bare.person('staff')
    const answer = await caller.post('/broadcasts', {
      text: '没有人念过的一句',
      priority: 'emergency',
    })
    const { id } = answer.json<BroadcastDetail>()
    let detail = answer.json<BroadcastDetail>()
    while (detail.state !== 'done') {
      await sleep(50)
      detail = (await caller.get(`/broadcasts/${id}`)).json<BroadcastDetail>()
    }
    const { both, plays } = byDevice(detail)
    expect(both).toMatchObject({ state: 'done', way: 'say' })
    expect(both?.error).toMatch(/^spoken by itself, speech\.missing/)
    expect(plays).toMatchObject({ state: 'refused', way: null })
    expect(plays?.error).toMatch(/^speech\.missing/)
    const { missing } = (await caller.get('/broadcasts/means')).json<{
      missing: { code: string }[]
    }>()
    expect(missing.map(({ code }) => code)).toEqual(['speech.missing', 'sound.no-ffmpeg'])
    // On the screen of everybody too, with the command that mends it.
    const { problems } = (await caller.get('/health')).json<{ problems: object[] }>()
    for (const mute of [
      { code: 'speech.missing', command: 'apt-get install espeak-ng' },
      { code: 'sound.no-ffmpeg', command: 'apt-get install ffmpeg' },
    ])
      expect(problems).toContainEqual(expect.objectContaining(mute))
    await bare.close()
  })
})
