import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { CodedError } from '../../../contracts/errors.ts'
import {
  createHlsLive,
  type HlsLive,
  type HlsLiveOptions,
  type LiveStream,
} from '../../../gateway/cameras/hls-live.ts'
import { startRtspServer } from '../../support/rtsp-server.ts'
import { rtspInput } from '../../../gateway/cameras/hls-copy.ts'
import { needs } from '../../support/needs.ts'
import { silent } from '../vision/support.ts'
import { cameraDevice, rosterOf, until } from './support.ts'

const square: [number, number][] = [
  [0, 0],
  [1, 0],
  [1, 1],
]
/** Processes whose arguments name the folder. */
const copiesIn = (folder: string): number =>
  spawnSync('pgrep', ['-fc', `${folder}/[a-z0-9-]*/index.m3u8`])
    .stdout.toString()
    .trim() === ''
    ? 0
    : Number(spawnSync('pgrep', ['-fc', `${folder}/[a-z0-9-]*/index.m3u8`]).stdout.toString())
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: unknown) => (error instanceof CodedError ? error.code : String(error)),
  )

describe.runIf(needs('ffmpeg'))('the live view as HLS', () => {
  let home: string
  let video: string
  const running: HlsLive[] = []
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'linli-hls-'))
    video = join(home, 'camera.mp4')
    const make = [
      ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=size=160x120:rate=10:duration=20'],
      ['-c:v', 'libx264', '-g', '5', '-bf', '0', '-pix_fmt', 'yuv420p', video],
    ].flat()
    execFileSync('ffmpeg', make)
  })
  afterEach(async () => {
    await Promise.all(running.splice(0).map((live) => live.close()))
  })
  afterAll(() => rm(home, { recursive: true, force: true }))

  const open = async (
    streams: Record<string, LiveStream>,
    options: Partial<HlsLiveOptions> = {},
  ): Promise<{ live: HlsLive; folder: string; time: { ahead: number } }> => {
    const folder = join(home, `live-${running.length}-${Math.floor(performance.now())}`)
    const time = { ahead: 0 }
    const live = createHlsLive(
      {
        roster: rosterOf(
          ...['cam', 'two', 'three', 'hevc', 'mqtt'].map((id) => cameraDevice(id)),
          cameraDevice('masked', { masks: [square] }),
        ),
        stream: (_community, camera) => streams[camera] ?? null,
        logger: silent,
        monotonic: () => performance.now() + time.ahead,
      },
      {
        folder,
        // Ten times as fast as a camera: the file lasts longer than the test, on a fast machine too.
        input: { options: ['-readrate', '10', '-stream_loop', '50'], protocols: 'file' },
        ...options,
      },
    )
    await live.start()
    running.push(live)
    return { live, folder, time }
  }
  const file = (): LiveStream => ({ codec: 'h264', address: video })

  test('copies H.264 as it is into a short window of segments that play', async () => {
    const { live } = await open({ cam: file() })
    const list = await live.playlist('demo', 'cam')
    const names = [...list.matchAll(/^s\d+\.ts$/gm)].map(([name]) => name)
    expect(names.length).toBeGreaterThan(0)
    expect(names.length).toBeLessThanOrEqual(6)
    const segment = await live.segment('demo', 'cam', names.at(-1) ?? '')
    const path = join(home, 'segment.ts')
    await writeFile(path, segment ?? '')
    const probe = [
      '-v',
      'error',
      '-show_entries',
      'stream=codec_name,width',
      '-of',
      'csv=p=0',
      path,
    ]
    expect(execFileSync('ffprobe', probe).toString()).toContain('h264,160')
    expect(live.stats()).toMatchObject({ shown: 1, started: 1 })
  })

  test('check 12: nothing but a segment is read, whatever the name says', async () => {
    const { live } = await open({ cam: file() })
    await live.playlist('demo', 'cam')
    for (const name of [
      '../../camera.mp4',
      '..%2f..%2fcamera.mp4',
      'index.m3u8',
      's0.ts/../../../camera.mp4',
      's0.ts\0',
      '/etc/passwd',
      's-1.ts',
      '',
    ])
      expect(await live.segment('demo', 'cam', name), name).toBeNull()
    expect(await live.segment('demo', 'two', 's0.ts')).toBeNull()
  })

  test('says why not: H.265, no stream, a picture with masks, too many at once', async () => {
    const streams = { cam: file(), two: file(), three: file(), masked: file() }
    const { live } = await open(
      { ...streams, hevc: { codec: 'hevc', address: video } },
      { atOnceMax: 2 },
    )
    for (const camera of ['hevc', 'mqtt', 'masked'])
      expect(await codeOf(live.playlist('demo', camera)), camera).toBe('camera.live-unsupported')
    expect(await codeOf(live.playlist('demo', 'nobody'))).toBe('picture.absent')
    await Promise.all([live.playlist('demo', 'cam'), live.playlist('demo', 'cam')])
    await live.playlist('demo', 'two')
    expect(await codeOf(live.playlist('demo', 'three'))).toBe('camera.live-unsupported')
    expect(live.stats()).toMatchObject({ shown: 2, started: 2, refused: 4 })
  })

  test('stops when nobody watches: no process and no file is left', async () => {
    const { live, folder, time } = await open({ cam: file() })
    await live.playlist('demo', 'cam')
    expect(readdirSync(folder)).toHaveLength(1)
    time.ahead = 16_000
    await until(() => live.stats().shown === 0, 'the end of the copy')
    expect([await readdir(folder), copiesIn(folder)]).toEqual([[], 0])
    // And starts again for the next one.
    await live.playlist('demo', 'cam')
    expect(live.stats()).toMatchObject({ shown: 1, started: 2 })
    await live.close()
    expect([await readdir(folder), copiesIn(folder)]).toEqual([[], 0])
  })

  test('an ffmpeg that hangs and does not listen is killed; one that fails or is missing is said', async () => {
    const deaf = join(home, 'deaf')
    await writeFile(deaf, '#!/bin/sh\ntrap "" TERM\nwhile :; do sleep 0.1; done\n')
    await chmod(deaf, 0o755)
    const { live, folder, time } = await open(
      { cam: file() },
      { ffmpegPath: deaf, readyMs: 15_500 },
    )
    const asked = codeOf(live.playlist('demo', 'cam'))
    await until(() => copiesIn(folder) > 0, 'the process')
    time.ahead = 16_000
    expect(['ffmpeg.failed', 'picture.absent']).toContain(await asked)
    await until(() => live.stats().shown === 0, 'its end')
    expect(live.stats().stalled).toBe(1)
    expect(copiesIn(folder)).toBe(0)
    const gone = await open({ cam: { codec: 'h264', address: join(home, 'absent.mp4') } })
    expect(await codeOf(gone.live.playlist('demo', 'cam'))).toBe('ffmpeg.failed')
    const none = await open({ cam: file() }, { ffmpegPath: '/nowhere/ffmpeg' })
    expect(await codeOf(none.live.playlist('demo', 'cam'))).toBe('ffmpeg.missing')
    expect(existsSync(folder)).toBe(true)
  })

  test.runIf(needs('gst-rtsp-server'))(
    'copies a real RTSP camera with the options that are in service',
    async () => {
      const server = await startRtspServer([{ path: '/cam', file: video, codec: 'h264' }])
      try {
        const address = `rtsp://127.0.0.1:${server.port}/cam`
        const { live, folder } = await open(
          { cam: { codec: 'h264', address } },
          { input: rtspInput },
        )
        const list = await live.playlist('demo', 'cam')
        const [name = ''] = list.match(/^s\d+\.ts$/m) ?? []
        expect((await live.segment('demo', 'cam', name))?.length).toBeGreaterThan(188)
        await live.close()
        expect([await readdir(folder), copiesIn(folder)]).toEqual([[], 0])
      } finally {
        await server.kill()
      }
    },
  )
})
