import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { readJpegHeader } from '../../../detectors/jpeg-header.ts'
import { RtspReplyGuard } from '../../../gateway/cameras/rtsp-reply-guard.ts'
import { needs } from '../../support/needs.ts'
import {
  encodeClip,
  ffmpegChildren,
  type RtspServer,
  startRtspServer,
} from '../../support/rtsp-server.ts'
import { Closing, eventually, openSources } from './source-support.ts'

const closing = new Closing()
afterEach(() => closing.all())

describe('what a camera may answer before its stream plays', () => {
  const says = (text: string, mediaIp: string | null = null) =>
    new RtspReplyGuard(mediaIp).onReply(Buffer.from(text))
  test.each([
    'RTSP/1.0 302 Found\r\n',
    'RTSP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabcRTSP/1.0 301 Moved\r\n',
    'RTSP/1.0   +00305 Use Proxy\r\n',
    'RTSP/\t399\r\n',
    `RTSP/${'9'.repeat(5_000)} 302 x`,
  ])('%j is a redirect to ffmpeg, so it is one to us', (text) => {
    expect(says(text)).toMatch(/redirects/)
  })

  test('a status in pieces is put together; a session name is no status', () => {
    const guard = new RtspReplyGuard(null)
    const found = 'RTSP/1.0 200 OK\r\n\r\nRTSP/1.0 302 F'
      .split('')
      .map((letter) => guard.onReply(Buffer.from(letter)))
    expect(found.findIndex((why) => why !== null)).toBe(
      'RTSP/1.0 200 OK\r\n\r\nRTSP/1.0 302'.length - 1,
    )
    expect(says('RTSP/1.0 200 OK\r\n\r\ns=RTSP/RTP stream 300 of IPC\r\nt=0 0\r\n')).toBeNull()
  })

  test('answers have a bound, and the stream itself has none', () => {
    const guard = new RtspReplyGuard(null)
    expect(guard.onReply(Buffer.alloc(60_000, 'a'))).toBeNull()
    expect(guard.onReply(Buffer.alloc(10_000, 'a'))).toMatch(/too long/)
    const playing = new RtspReplyGuard(null)
    playing.onRequest(Buffer.from('PLAY rtsp://127.0.0.1/1 RTSP/1.0\r\n'))
    expect(playing.onReply(Buffer.alloc(1_000_000, 'a'))).toBeNull()
  })

  test('over UDP the stream comes from the camera itself', () => {
    const reply = 'Transport: RTP/AVP;unicast;source=10.0.0.9;server_port=1-2\r\n'
    expect(says(reply, '10.0.0.9')).toBeNull()
    expect(says(reply, '10.0.0.5')).toMatch(/another address/)
    expect(says(reply, null)).toBeNull()
  })
})

describe.runIf(needs('ffmpeg') && needs('gst-rtsp-server'))('a real RTSP server', () => {
  let folder: string
  let server: RtspServer
  let locked: RtspServer
  const secret = { user: 'viewer', password: 'g:h@m' }
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'linli-rtsp-'))
    const h264 = join(folder, 'h264.mp4')
    const h265 = join(folder, 'h265.mp4')
    encodeClip(h264, 'h264', { seconds: 60 })
    encodeClip(h265, 'h265', { seconds: 20 })
    const live = { path: '/live', file: h264, codec: 'h264' } as const
    server = await startRtspServer([live, { path: '/hevc', file: h265, codec: 'h265' }])
    locked = await startRtspServer([live], secret)
  })
  afterAll(async () => {
    await server.kill()
    await locked.kill()
    await rm(folder, { recursive: true, force: true })
  })
  const at = (path: string) => `rtsp://127.0.0.1:${server.port}${path}`

  test('H.264 gives key frames only, every frame where asked, over UDP too; H.265 is decoded as well', async () => {
    const stream = { transport: 'tcp', keyframesOnly: false, hardware: null } as const
    const { sources, framesOf, statsOf } = openSources(
      {
        keys: { source: at('/live') },
        every: { source: at('/live'), stream: { ...stream, framesPerSecond: 10 } },
        thinned: { source: at('/live'), stream: { ...stream, framesPerSecond: 4 } },
        udp: {
          source: at('/live'),
          stream: { ...stream, transport: 'udp', framesPerSecond: 10 },
        },
        hevc: { source: 'rtsp://10.99.99.99/main', subSource: at('/hevc') },
      },
      closing,
    )
    await sources.refresh()
    const names = ['keys', 'every', 'thinned', 'udp', 'hevc']
    await eventually(() => names.every((name) => framesOf(name).length > 0), 'pictures of all')
    const before = names.map((name) => framesOf(name).length)
    await new Promise((done) => setTimeout(done, 3_000))
    const [keys = 0, every = 0, thinned = 0, udp = 0, hevc = 0] = names.map(
      (name, i) => (framesOf(name).length - (before[i] ?? 0)) / 3,
    )
    expect(keys).toBeGreaterThan(1)
    expect(keys).toBeLessThan(3.5)
    expect(every).toBeGreaterThan(6)
    expect(udp).toBeGreaterThan(6)
    expect(thinned).toBeLessThan(5.5)
    expect(thinned).toBeGreaterThan(2)
    expect(hevc).toBeGreaterThan(0)
    for (const name of names)
      expect(readJpegHeader(framesOf(name)[0] as Buffer)).toMatchObject({
        storedWidthPx: 320,
        storedHeightPx: 240,
      })
    expect(sources.problems()).toEqual([])
    expect(statsOf('keys')).toMatchObject({
      state: 'playing',
      codec: 'h264',
      restarts: 0,
      kills: 0,
    })
    expect(statsOf('hevc')?.codec).toBe('hevc')
    expect(sources.stream('demo', 'hevc')).toMatchObject({
      codec: 'hevc',
      widthPx: 320,
      heightPx: 240,
    })
    await sources.close()
    expect(ffmpegChildren()).toBe(0)
    expect(sources.stream('demo', 'hevc')).toBeNull()
  })

  test('user and password open the camera and the live view, and stand in no log and no problem', async () => {
    const login = `${secret.user}:${encodeURIComponent(secret.password)}`
    const right = `rtsp://${login}@127.0.0.1:${locked.port}/live`
    const { sources, framesOf, problemOf, logged } = openSources(
      {
        right: { source: right },
        wrong: {
          source: `rtsp://viewer:wr0ngsecret@127.0.0.1:${locked.port}/live?token=t0ps3cret`,
        },
      },
      closing,
    )
    await sources.refresh()
    await eventually(() => framesOf('right').length > 0 && problemOf('wrong') !== null, 'both')
    expect(problemOf('wrong')?.detail).toMatch(/401|Unauthorized/)
    const said = JSON.stringify([logged, sources.problems(), sources.stats()])
    expect(said).toContain('wrong')
    expect(said).not.toMatch(/wr0ngsecret|t0ps3cret|g:h@m|g%3Ah%40m/)
    // Another player opens the same stream, through the same check, while the first goes on.
    const { address = '' } = sources.stream('demo', 'right') ?? {}
    expect((await onePicture(address)).length).toBeGreaterThan(1_000)
    expect(problemOf('right')).toBeNull()
  })

  test('a hardware decoder that this machine lacks is a problem with its name', async () => {
    const stream = { transport: 'tcp', keyframesOnly: true, framesPerSecond: 5 } as const
    const { sources, problemOf, framesOf } = openSources(
      { gate: { source: at('/live'), stream: { ...stream, hardware: 'rkmpp' } } },
      closing,
    )
    await sources.refresh()
    await eventually(() => problemOf('gate') !== null, 'the problem')
    expect(problemOf('gate')?.code).toBe('ffmpeg.failed')
    expect(problemOf('gate')?.detail).toMatch(/hardware "rkmpp"/)
    expect(framesOf('gate')).toHaveLength(0)
  })

  test('a hardware decoder that gives way to software in the middle is a problem too', async () => {
    const shifty = join(folder, 'shifty-ffmpeg')
    const line = 'Failed setup for format vaapi_vld: hwaccel initialisation returned error.'
    await writeFile(
      shifty,
      `#!/bin/sh\ncase "$*" in *image2pipe*) echo '${line}' >&2; exec sleep 60;; *) exec ffmpeg "$@";; esac\n`,
      { mode: 0o755 },
    )
    const stream = { transport: 'tcp', keyframesOnly: true, framesPerSecond: 5 } as const
    const { sources, problemOf } = openSources(
      { gate: { source: at('/live'), stream: { ...stream, hardware: 'vaapi' } } },
      closing,
      { ffmpegPath: shifty },
    )
    await sources.refresh()
    await eventually(() => problemOf('gate') !== null, 'the problem')
    expect(problemOf('gate')?.detail).toMatch(/hardware "vaapi": Failed setup/)
  })

  test('twenty cameras come and go and leave no process; what is over the bound is named', async () => {
    const cameras = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [`c${i}`, { source: at('/live') }]),
    )
    const { sources, book, framesOf } = openSources(cameras, closing, { processesMax: 18 })
    await sources.refresh()
    const playing = () => Object.keys(cameras).filter((id) => framesOf(id).length > 0)
    await eventually(() => playing().length >= 6 && ffmpegChildren() >= 12, 'most of them')
    await eventually(() => sources.problems().length === 2, 'two over the bound')
    for (const { code, detail } of sources.problems())
      expect({ code, detail }).toEqual({
        code: 'ffmpeg.failed',
        detail: 'more than 18 cameras that need ffmpeg',
      })
    const remove = Object.keys(cameras)
      .slice(1)
      .map((id) => `demo/${id}`)
    book.patch({ base: 1, version: 2, devices: { upsert: [], remove } })
    await sources.refresh()
    await eventually(() => ffmpegChildren() === 1, 'one left')
    expect(sources.problems()).toEqual([])
    await sources.close()
    expect(ffmpegChildren()).toBe(0)
  })
})

/** One picture of a stream, taken by an ffmpeg of its own. */
function onePicture(address: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    execFile(
      'ffmpeg',
      [
        '-v',
        'error',
        '-nostdin',
        '-rtsp_transport',
        'tcp',
        '-analyzeduration',
        '1000000',
        '-i',
        address,
        '-frames:v',
        '1',
        '-f',
        'image2pipe',
        '-c:v',
        'mjpeg',
        '-',
      ],
      { encoding: 'buffer', timeout: 15_000 },
      (error, stdout) => (error === null ? resolve(stdout) : reject(error)),
    )
  })
}
