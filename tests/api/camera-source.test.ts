import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RosterDevice } from '../../contracts/roster.ts'
import { type Caller, type TestApi, startTestApi } from './support/api.ts'

let test: TestApi
let admin: Caller
beforeAll(async () => {
  test = await startTestApi()
  admin = await test.admin()
})
afterAll(() => test.close())

const source = 'rtsp://admin:s3cret@home@10.1.2.3:554/h264?channel=1'
const subSource = 'http://10.1.2.3/snap.jpg?user=admin&pwd=s3cret&size=2'
const shown = {
  source: 'rtsp://***@10.1.2.3:554/h264?channel=1',
  subSource: 'http://10.1.2.3/snap.jpg?user=admin&pwd=***&size=2',
}
const stored = async (id: string): Promise<RosterDevice['camera']> => {
  const { devices } = (await test.box.get('/gateway/roster')).json<{ devices: RosterDevice[] }>()
  return devices.find((device) => device.id === id)?.camera ?? null
}
const patch = (id: string, camera: object) => admin.patch(`/devices/${id}`, { camera })

describe('the password of a camera', () => {
  it('with a bare / is in no answer either', async () => {
    const bare = 'rtsp://admin:p@ss/wxyz@10.1.2.4/h264'
    const camera = { source: bare }
    const made = await admin.post('/devices', { id: 'cam-bare', type: 'camera', camera })
    expect(made.json().device.camera.source).toBe('rtsp://***@10.1.2.4/h264')
    await admin.delete('/devices/cam-bare')
  })

  it('goes in, reaches the box, and is in no answer', async () => {
    const made = await admin.post('/devices', {
      id: 'cam-1',
      type: 'camera',
      camera: { source, subSource },
    })
    expect(made.json().device.camera).toMatchObject(shown)
    expect(await stored('cam-1')).toMatchObject({ source, subSource })
    const key = await admin.post('/api-keys', { name: 'display', scopes: ['read'] })
    const answers = [
      made,
      await admin.get('/devices'),
      await admin.get('/devices/cam-1'),
      await admin.get('/cameras'),
      await admin.patch('/devices/cam-1', { name: 'x' }),
      await admin.post('/devices/cam-1/credential'),
      await admin.post('/devices/cam-1/block'),
      await test.as(key.json().key).get('/devices'),
    ]
    for (const answer of answers) {
      expect(answer.statusCode).toBeLessThan(300)
      expect(answer.body).toContain('10.1.2.3')
      expect(answer.body).not.toContain('s3cret')
    }
  })

  it('stays where a client sends back what it was shown, or another path on the same host', async () => {
    expect((await patch('cam-1', shown)).statusCode).toBe(200)
    expect(await stored('cam-1')).toMatchObject({ source, subSource })
    const moved = await patch('cam-1', { source: 'rtsp://***@10.1.2.3:554/h265' })
    expect(moved.statusCode).toBe(200)
    expect((await stored('cam-1'))?.source).toBe('rtsp://admin:s3cret@home@10.1.2.3:554/h265')
  })

  it('goes to no other host', async () => {
    for (const elsewhere of ['rtsp://***@10.9.9.9/x', 'http://***@10.1.2.3:554/x'])
      expect((await patch('cam-1', { source: elsewhere })).json().code).toBe('request.invalid')
    const fresh = { id: 'cam-2', type: 'camera', camera: { source: 'rtsp://***@10.1.2.3/x' } }
    expect((await admin.post('/devices', fresh)).json().code).toBe('request.invalid')
  })
})

describe('check 13: the address of a camera', () => {
  it.each(['file:///etc/passwd', 'concat:a|b', 'gopher://10.0.0.1', 'data:video/mp4;base64,AA'])(
    '%s is refused when it is set',
    async (address) => {
      const camera = { source: address }
      const made = await admin.post('/devices', { id: 'cam-3', type: 'camera', camera })
      expect([made.statusCode, made.json().code]).toEqual([422, 'camera.source-refused'])
      const changed = await patch('cam-1', { subSource: address })
      expect([changed.statusCode, changed.json().code]).toEqual([422, 'camera.source-refused'])
    },
  )
})
