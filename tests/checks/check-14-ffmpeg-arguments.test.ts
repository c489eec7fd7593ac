import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CodedError } from '../../contracts/errors.ts'
import { playVideo } from '../../gateway/cameras/source-player.ts'
import { allowedVideo } from '../../gateway/cameras/source-policy.ts'
import {
  Closing,
  eventually,
  openSources,
  tcpServer,
  webCamera,
} from '../gateway/cameras/source-support.ts'
import { needs } from '../support/needs.ts'

const closing = new Closing()
let folder: string
let recorder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linli-argv-'))
  recorder = join(folder, 'ffmpeg')
  // Writes down what it was called with, an argument a line, and lives until it is stopped.
  await writeFile(
    recorder,
    `#!/bin/sh\ncase "$*" in *image2pipe*) printf '%s\\n' "$@" > '${folder}/argv'; exec sleep 60;; *) exec ffmpeg "$@";; esac\n`,
    { mode: 0o755 },
  )
})
afterEach(async () => {
  await closing.all()
  await rm(folder, { recursive: true, force: true })
})

/** The arguments that a camera's ffmpeg was started with. */
async function argvOf(source: string, stream?: object): Promise<string[]> {
  const { sources } = openSources(
    { gate: { source, ...(stream === undefined ? {} : { stream: stream as never }) } },
    closing,
    { ffmpegPath: recorder, allowedFolders: [folder] },
  )
  await sources.refresh()
  let argv: string[] = []
  const deadline = Date.now() + 8_000
  while (argv.length === 0 && Date.now() < deadline) {
    argv = (await readFile(join(folder, 'argv'), 'utf8').catch(() => '')).split('\n').slice(0, -1)
    await new Promise((done) => setTimeout(done, 20))
  }
  return argv
}
const after = (argv: readonly string[], name: string): string | undefined =>
  argv[argv.indexOf(name) + 1]

describe.runIf(needs('ffmpeg'))(
  'check 14: ffmpeg is started with arguments that nothing can add to',
  () => {
    test('RTSP: an argument array, the list of protocols, a timeout, no stdin, no shell', async () => {
      const camera = await tcpServer(() => {}, closing)
      const evil = `rtsp://u:$(touch%20pwned);id@127.0.0.1:${camera.port}/1;touch${folder}/pwned&x=$(id)`
      const argv = await argvOf(evil)
      expect(after(argv, '-protocol_whitelist')).toBe('rtsp,rtp,tcp,udp,tls,crypto,srtp')
      expect(argv.indexOf('-protocol_whitelist')).toBeLessThan(argv.indexOf('-i'))
      expect(argv).toContain('-nostdin')
      expect(Number(after(argv, '-timeout'))).toBeGreaterThanOrEqual(1_000_000)
      expect(Number(after(argv, '-timeout'))).toBeLessThanOrEqual(30_000_000)
      expect(after(argv, '-rtsp_transport')).toBe('tcp')
      expect(after(argv, '-skip_frame')).toBe('nokey')
      expect(argv).not.toContain('-hwaccel')
      // One argument, whatever stands in it; and ffmpeg's only peer is the checked relay.
      expect(argv.filter((argument) => argument.includes('touch'))).toHaveLength(1)
      expect(after(argv, '-i')).toMatch(/^rtsp:\/\/[^@]*@127\.0\.0\.1:\d+\/1;touch/)
      for (const place of [folder, '.'])
        await expect(readFile(join(place, 'pwned'))).rejects.toThrow()
    })

    test('settings become flags: transport, every frame, hardware, frames a second', async () => {
      const camera = await tcpServer(() => {}, closing)
      const argv = await argvOf(`rtsp://127.0.0.1:${camera.port}/1`, {
        transport: 'udp',
        keyframesOnly: false,
        hardware: 'vaapi',
        framesPerSecond: 4,
      })
      expect(after(argv, '-rtsp_transport')).toBe('udp')
      expect(argv).not.toContain('-skip_frame')
      expect(after(argv, '-hwaccel')).toBe('vaapi')
      expect(after(argv, '-vf')).toContain('0.2250')
    })

    test('a file may open files only', async () => {
      await writeFile(join(folder, 'clip.mp4'), 'x')
      const argv = await argvOf('clip.mp4')
      expect(after(argv, '-protocol_whitelist')).toBe('file,pipe')
      expect(argv).toContain('-nostdin')
    })

    test.each([
      'list.m3u8',
      'list.m3u',
      'all.ffconcat',
      'all.txt',
      'feed.sdp',
      'dash.mpd',
      'x.xspf',
    ])('a playlist is no video: %s', async (name) => {
      await writeFile(join(folder, name), '#EXTM3U\n')
      const error: unknown = await allowedVideo(name, [folder]).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(CodedError)
      expect((error as CodedError).code).toBe('camera.source-refused')
    })

    test("a playlist under a video's name, or from a web server, opens nothing", async () => {
      const inner = await tcpServer(() => {}, closing)
      const list = `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nhttp://127.0.0.1:${inner.port}/a.ts\n#EXT-X-ENDLIST\n`
      const path = join(folder, 'fine.mp4')
      await writeFile(path, list)
      const error = await new Promise<CodedError | null>((ended) => {
        playVideo(
          { kind: 'file', path, framesPerSecond: 5, loop: false, realtime: false },
          { frame() {}, ended },
        )
      })
      expect(error?.code).toBe('ffmpeg.failed')
      const url = await webCamera((_request, response) => {
        response.writeHead(200, { 'content-type': 'application/vnd.apple.mpegurl' })
        response.end(list)
      }, closing)
      const { sources, problemOf } = openSources({ gate: { source: `${url}/live.m3u8` } }, closing)
      await sources.refresh()
      await eventually(() => problemOf('gate') !== null, 'the refusal')
      expect(problemOf('gate')?.detail).toMatch(/neither JPEG nor MJPEG/)
      expect(inner.connections).toBe(0)
    })
  },
)
