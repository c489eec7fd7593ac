import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Sqlite } from '../../config/sqlite.ts'
import { type Caller, type TestApi, startTestApi } from './support/api.ts'
import { type Box, startBox } from './support/box.ts'

let box: Box
let test: TestApi
let admin: Caller
beforeAll(async () => {
  box = await startBox()
  test = await startTestApi({ gatewayUrl: box.url, watch: { recheckMs: 50 } })
  admin = await test.admin()
  await admin.post('/devices', { id: 'cam-1', type: 'camera' })
  await admin.post('/devices', { id: 'cam-2', type: 'camera' })
  box.answers.set('GET /cameras/cam-1/live/index.m3u8', (_body, _url, response) => {
    response.writeHead(200, { 'content-type': 'application/vnd.apple.mpegurl' })
    response.end('#EXTM3U\n#EXTINF:2.0,\ns7.ts\n#EXTINF:2.0,\ns8.ts\n')
  })
  box.answers.set('GET /cameras/cam-1/live/s7.ts', (_body, url, response) => {
    expect(url.searchParams.get('community')).toBe('demo')
    response.writeHead(200, { 'content-type': 'video/mp2t' })
    response.end('seven')
  })
})
afterAll(async () => {
  await test.close()
  await box.close()
})

const looks = (): { reason: string; target: string; role: string }[] => {
  const db = new Sqlite(join(test.home, 'api.db'), { readonly: true })
  try {
    return db.prepare("select * from access_log where what = 'camera.live'").all() as never
  } finally {
    db.close()
  }
}

describe('control C7: live video that is not blurred', () => {
  it('is not shown without a reason, and with one it is on record before a picture comes', async () => {
    for (const query of ['', '?reason=', '?reason=%20%20'])
      expect((await admin.get(`/cameras/cam-1/live/index.m3u8${query}`)).statusCode).toBe(400)
    expect(looks()).toEqual([])
    const list = await admin.get('/cameras/cam-1/live/index.m3u8?reason=有人求助')
    expect(list.headers['content-type']).toContain('application/vnd.apple.mpegurl')
    expect(list.headers['cache-control']).toBe('no-store')
    // The player asks again every other second: one viewing, one entry.
    await admin.get('/cameras/cam-1/live/index.m3u8?reason=有人求助')
    expect(looks()).toMatchObject([{ target: 'cam-1', role: 'admin', reason: '有人求助' }])
    const segments = list.body.match(/^s\d+\.ts\?.*$/gm) ?? []
    expect(segments).toHaveLength(2)
    const video = await admin.get(`/cameras/cam-1/live/${segments[0]}`)
    expect([video.headers['content-type'], video.body]).toEqual(['video/mp2t', 'seven'])
  })

  it('a segment needs the permit of its playlist: for this person, this camera, and not for long', async () => {
    const list = await admin.get('/cameras/cam-1/live/index.m3u8?reason=x')
    const [segment = ''] = list.body.match(/^s7\.ts\?.*$/m) ?? []
    const url = `/cameras/cam-1/live/${segment}`
    const worker = await test.person('grid')
    expect((await worker.get(url)).statusCode).toBe(403)
    expect((await admin.get(url.replace('cam-1', 'cam-2'))).statusCode).toBe(403)
    expect((await admin.get('/cameras/cam-1/live/s7.ts')).statusCode).toBe(403)
    expect((await admin.get(`${url.slice(0, -3)}AAA`)).statusCode).toBe(403)
    expect((await admin.get(url)).statusCode).toBe(200)
    test.time.now += 61_000
    expect((await admin.get(url)).statusCode).toBe(403)
    expect((await test.api.app.inject(`/api/v1${url}`)).statusCode).toBe(401)
  })

  it('check 12: a name that is no segment reaches nothing', async () => {
    const list = await admin.get('/cameras/cam-1/live/index.m3u8?reason=x')
    const query = /s7\.ts(\?.*)/.exec(list.body)?.[1] ?? ''
    for (const name of ['..%2f..%2fhealth', '%2e%2e', 's7.ts%2f..', 's7.ts%00', 'snapshot.jpg'])
      expect([400, 404]).toContain(
        (await admin.get(`/cameras/cam-1/live/${name}${query}`)).statusCode,
      )
  })

  it('why there is none is said in the words of the box', async () => {
    box.answers.set('GET /cameras/cam-2/live/index.m3u8', (_body, _url, response) => {
      response.writeHead(409, { 'content-type': 'application/problem+json' })
      response.end(JSON.stringify({ code: 'camera.live-unsupported', detail: 'hevc' }))
    })
    const answer = await admin.get('/cameras/cam-2/live/index.m3u8?reason=x')
    expect(answer.json()).toMatchObject({ code: 'camera.live-unsupported', detail: 'hevc' })
    expect(answer.statusCode).toBe(409)
  })
})

describe('check 7: a live picture', () => {
  let address = ''
  beforeAll(async () => {
    address = await test.api.app.listen({ host: '127.0.0.1', port: 0 })
  })
  it.each([
    ['is disabled', { disabled: true }],
    ['is moved elsewhere', { areas: ['home'] }],
    ['gets another role', { role: 'resident' }],
  ])('ends when its viewer %s', async (_name, patch) => {
    box.answers.set('GET /cameras/cam-2/stream', (_body, _url, response) => {
      response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=b' })
      response.write('--b\r\n\r\npicture\r\n')
    })
    const viewer = await test.person('staff')
    const answer = await fetch(`${address}/api/v1/cameras/cam-2/stream`, {
      headers: { authorization: `Bearer ${viewer.token}` },
    })
    const reader = answer.body?.getReader()
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toContain('picture')
    expect((await admin.patch(`/users/${viewer.id}`, patch)).statusCode).toBe(200)
    // Cut off, not ended: no last picture was promised.
    await expect(reader?.read()).rejects.toThrow()
  })
})
