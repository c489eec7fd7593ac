import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CodedError } from '../../../contracts/errors.ts'
import { readJpegHeader } from '../../../detectors/jpeg-header.ts'
import { createCameraSources } from '../../../gateway/cameras/camera-sources.ts'
import type { RunningFfmpeg } from '../../../gateway/cameras/ffmpeg-adapter.ts'
import { fileSource } from '../../../gateway/cameras/file-source.ts'
import { JpegSplitter } from '../../../gateway/cameras/jpeg-splitter.ts'
import { type FileRequest, playVideo } from '../../../gateway/cameras/source-player.ts'
import { allowedVideo } from '../../../gateway/cameras/source-policy.ts'
import { SupervisedSource } from '../../../gateway/cameras/source-supervisor.ts'
import type { CameraFrame } from '../../../gateway/model/frame.ts'
import { drawnJpeg } from '../../detectors/support.ts'
import { needs, sharedDir } from '../../support/needs.ts'
import { silent } from '../vision/support.ts'
import { cameraDevice, rosterOf, until } from './support.ts'

let folder: string
const clip = (): string => join(folder, 'clip.mp4')
const alive = (pid: number): boolean => existsSync(`/proc/${pid}`)
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linli-video-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const play = (request: Partial<FileRequest>) => {
  const frames: Buffer[] = []
  let video: RunningFfmpeg | null = null
  const ended = new Promise<CodedError | null>((resolve) => {
    video = playVideo(
      { kind: 'file', path: clip(), framesPerSecond: 5, loop: false, realtime: false, ...request },
      { frame: (jpeg) => frames.push(jpeg), ended: resolve },
    )
  })
  return { frames, ended, video: video as unknown as RunningFfmpeg }
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: unknown) => (error instanceof CodedError ? error.code : String(error)),
  )

describe('which sources may be played', () => {
  test('addresses, protocols, playlists and paths outside the allowed folders are refused', async () => {
    const allowed = join(folder, 'allowed')
    await mkdir(allowed, { recursive: true })
    await writeFile(join(folder, 'secret.mp4'), 'x')
    await writeFile(join(allowed, 'fine.mp4'), 'x')
    await writeFile(join(allowed, 'list.m3u8'), 'x')
    await symlink(join(folder, 'secret.mp4'), join(allowed, 'link.mp4'))
    for (const source of [
      'file:/etc/passwd',
      'concat:a.mp4|b.mp4',
      'http://127.0.0.1/x.mp4',
      'rtsp://10.0.0.1/1.mp4',
      'gopher://x/y.mp4',
      '/etc/passwd',
      '../secret.mp4',
      join(folder, 'secret.mp4'),
      'link.mp4',
      'list.m3u8',
      'missing.mp4',
      'fine.mp4\0.jpg',
      '',
    ])
      expect(await codeOf(allowedVideo(source, [allowed])), source).toBe('camera.source-refused')
    expect(await allowedVideo('fine.mp4', [allowed])).toBe(join(allowed, 'fine.mp4'))
    expect(await codeOf(allowedVideo('fine.mp4', []))).toBe('camera.source-refused')
  })
})

describe('cutting a stream into pictures', () => {
  test('however the stream is cut, the same pictures come out; one too large is skipped and counted', async () => {
    const pictures = await Promise.all(
      [1, 2, 3].map((seed) => drawnJpeg({ widthPx: 64, heightPx: 48, noise: 5, seed })),
    )
    const stream = Buffer.concat(pictures)
    for (const size of [1, 2, 7, 1_000, stream.length]) {
      const out: Buffer[] = []
      const splitter = new JpegSplitter(100_000, (jpeg) => out.push(jpeg))
      for (let at = 0; at < stream.length; at += size)
        splitter.write(stream.subarray(at, at + size))
      expect(
        out.map((jpeg) => jpeg.equals(pictures[out.indexOf(jpeg)] ?? Buffer.alloc(0))),
      ).toEqual([true, true, true])
    }
    const out: Buffer[] = []
    const splitter = new JpegSplitter(
      Math.max(...pictures.map((jpeg) => jpeg.length)) - 1,
      (jpeg) => out.push(jpeg),
    )
    splitter.write(stream)
    expect(out.length + splitter.skipped).toBe(3)
    expect(splitter.skipped).toBeGreaterThan(0)
  })
})

test('without ffmpeg the source says so, and what to install', async () => {
  const path = join(folder, 'any.mp4')
  await writeFile(path, 'x')
  const error = await new Promise<CodedError | null>((ended) => {
    playVideo(
      {
        kind: 'file',
        path,
        framesPerSecond: 5,
        loop: false,
        realtime: false,
        ffmpegPath: join(folder, 'no-such-ffmpeg'),
      },
      { frame() {}, ended },
    )
  })
  expect(error?.code).toBe('ffmpeg.missing')
})

describe.runIf(needs('ffmpeg'))('real ffmpeg', () => {
  beforeAll(() => {
    execFileSync('ffmpeg', [
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      'testsrc=size=320x240:rate=25',
      '-t',
      '2',
      '-pix_fmt',
      'yuv420p',
      clip(),
    ])
  })
  test('a clip becomes whole JPEGs at the asked rate, and the end is an end', async () => {
    const { frames, ended } = play({})
    expect(await ended).toBeNull()
    expect(frames.length).toBeGreaterThanOrEqual(9)
    expect(frames.length).toBeLessThanOrEqual(11)
    for (const jpeg of frames)
      expect(readJpegHeader(jpeg)).toMatchObject({ storedWidthPx: 320, storedHeightPx: 240 })
  })

  test('closing ends the process, with no zombie and no further frame', async () => {
    const { frames, ended, video } = play({ loop: true, realtime: true })
    await until(() => frames.length >= 2, 'two frames')
    const pid = video.pid ?? 0
    expect(alive(pid)).toBe(true)
    await video.close()
    expect(alive(pid)).toBe(false)
    expect(await ended).toBeNull()
    const before = frames.length
    await new Promise((done) => setTimeout(done, 300))
    expect(frames).toHaveLength(before)
  })

  test('closing before ffmpeg has started ends it all the same', async () => {
    const { ended, video } = play({ loop: true, realtime: true })
    await video.close()
    expect(await ended).toBeNull()
    expect(video.pid === null || !alive(video.pid)).toBe(true)
  })

  test('a source that stalls is stopped, even where it does not listen to SIGTERM', async () => {
    const deaf = join(folder, 'deaf-ffmpeg')
    await writeFile(
      deaf,
      `#!/bin/sh\ncase "$*" in *image2pipe*) trap '' TERM; while :; do sleep 0.2; done;; *) exec ffmpeg "$@";; esac\n`,
      { mode: 0o755 },
    )
    const dead: number[] = []
    const source = new SupervisedSource(
      {
        async open(events) {
          const request = { kind: 'file', path: clip(), framesPerSecond: 5 } as const
          const running = playVideo(
            { ...request, loop: false, realtime: false, ffmpegPath: deaf },
            events,
          )
          return {
            async close() {
              const { pid } = running
              await running.close()
              dead.push(pid ?? 0)
            },
          }
        },
        frame() {},
        random: () => 1,
        logger: silent,
      },
      { name: 'demo/deaf', stallMs: 600, backoffFirstMs: 10_000 },
    )
    source.start()
    await until(() => source.state === 'waiting', 'the stop')
    expect(source.kills).toBe(1)
    expect(source.problem?.code).toBe('ffmpeg.failed')
    expect(dead).toHaveLength(1)
    expect(alive(dead[0] as number)).toBe(false)
    await source.close()
  })

  test('a file that is no video fails with a code, and is tried again with growing pauses', async () => {
    const junk = join(folder, 'junk.mp4')
    await writeFile(junk, Buffer.alloc(10_000, 7))
    const open = fileSource({ source: junk, allowedFolders: [folder], framesPerSecond: 5 })
    const source = new SupervisedSource(
      { open, frame() {}, random: () => 1, logger: silent },
      { name: 'demo/junk', stallMs: 10_000, backoffFirstMs: 20 },
    )
    source.start()
    await until(() => source.restarts >= 2, 'two restarts')
    expect(source.problem?.code).toBe('ffmpeg.failed')
    await source.close()
  })

  test('players follow the roster: a camera with a file sends, one that is removed stops', async () => {
    const book = rosterOf(
      cameraDevice('yard', { source: 'clip.mp4' }),
      cameraDevice('bad', { source: '/etc/passwd' }),
      cameraDevice('mqtt'),
    )
    const frames: CameraFrame[] = []
    const sources = createCameraSources(
      {
        roster: book,
        offer: (frame) => void frames.push(frame),
        clock: Date.now,
        random: Math.random,
        logger: silent,
      },
      { allowedFolders: [folder], framesPerSecond: 10 },
    )
    await sources.refresh()
    await until(() => frames.length >= 3, 'three frames')
    expect(frames.every((frame) => frame.camera === 'yard')).toBe(true)
    expect(sources.problems()).toEqual([
      expect.objectContaining({ camera: 'bad', code: 'camera.source-refused' }),
    ])
    book.patch({ base: 1, version: 2, devices: { upsert: [], remove: ['demo/yard', 'demo/bad'] } })
    await sources.refresh()
    const before = frames.length
    await new Promise((done) => setTimeout(done, 300))
    expect(frames).toHaveLength(before)
    expect(sources.problems()).toEqual([])
    await sources.close()
  })

  test.runIf(needs('shared-media'))('a recorded scene plays as it is', async () => {
    await copyFile(join(sharedDir, 'media/videos/derived_door_A.mp4'), join(folder, 'door.mp4'))
    const { frames, ended } = play({ path: join(folder, 'door.mp4'), framesPerSecond: 2 })
    expect(await ended).toBeNull()
    expect(frames.length).toBeGreaterThanOrEqual(14)
    expect(readJpegHeader(frames[0] as Buffer)).toMatchObject({
      storedWidthPx: 960,
      storedHeightPx: 720,
    })
  })
})
