import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BenchArguments } from './support/arguments.ts'
import {
  type CameraStep,
  isSound,
  momentOf,
  stepBetween,
  summaryOf,
} from './support/camera-step.ts'
import { camerasRoster } from './support/cameras-roster.ts'
import { checkout } from './support/detect-pictures.ts'
import { type GatewayProcess, modelsOpen, startGatewayProcess } from './support/gateway-process.ts'
import { sharedModels } from './support/media.ts'
import { cpuOf } from './support/process-watch.ts'
import { composeScenes, periodFrames, pictureFor, type Scene } from './support/scenes.ts'

const community = 'bench'
const clips = 6
/** Longer than the whole run: a stream that ends would be a reconnect. */
const clipSeconds = 420
const framesPerSecond = 10
const counts = [8, 16, 24, 32, 40, 48, 56, 64] as const
/** Connections, and ffmpeg's look at a stream before the first picture. */
const settleSeconds = 15

/**
 * `bench cameras --source rtsp`: 720p H.264 with a key frame a second from a real RTSP server
 * (GStreamer's), of which the gateway decodes the key frames only, one ffmpeg for each camera.
 */
export async function benchRtspCameras(
  args: Pick<BenchArguments, 'max' | 'seconds' | 'seed' | 'json'>,
): Promise<object> {
  const max = Math.min(64, args.max ?? 64)
  const folder = await mkdtemp(join(tmpdir(), 'linli-bench-rtsp-'))
  let server: ChildProcess | null = null
  let gateway: GatewayProcess | null = null
  try {
    const files = await encodeClips(folder, args.seed)
    const started = await startServer(files)
    server = started.server
    const config = join(folder, 'linli.yaml')
    await writeFile(config, 'cameras:\n  allowedNetworks: [127.0.0.0/8]\n')
    const home = join(folder, 'home')
    const env = { LINLI_CONFIG: config }
    gateway = await startGatewayProcess({ home, community, models: sharedModels(), env })
    const source = (number: number): string =>
      `rtsp://127.0.0.1:${started.port}/clip-${number % files.length}`
    const curve: CameraStep[] = []
    for (const cameras of [...counts.filter((count) => count < max), max]) {
      const roster = camerasRoster({ version: cameras, cameras, community, source })
      await gateway.ask('PUT', '/roster', roster)
      await modelsOpen(gateway)
      const step = await measure(gateway, server.pid ?? 0, cameras, args.seconds ?? 25)
      curve.push(step)
      if (!args.json) process.stderr.write(`${JSON.stringify(step)}\n`)
      if (!isSound(step)) break
    }
    return { ...summaryOf(curve), source: 'rtsp', curve }
  } finally {
    await gateway?.close()
    if (server !== null && server.exitCode === null) server.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  }
}

async function measure(
  gateway: GatewayProcess,
  serverPid: number,
  cameras: number,
  seconds: number,
): Promise<CameraStep> {
  const moment = () => momentOf(gateway, { sent: 0, held: 0, cpuSeconds: cpuOf(serverPid).total })
  await sleep(settleSeconds * 1_000)
  const before = await moment()
  await sleep(seconds * 1_000)
  return stepBetween(cameras, before, await moment())
}

/** The scenes of `bench cameras` as a camera would encode them: a new picture with each key frame. */
async function encodeClips(folder: string, seed: number): Promise<string[]> {
  const scenes = await composeScenes({ scenes: clips, stillEach: 10, movingEach: 6, seed })
  const files: string[] = []
  for (const [number, scene] of scenes.entries()) {
    const pictures = join(folder, `pictures-${number}`)
    await mkdir(pictures)
    await writePeriod(pictures, scene, number)
    const file = join(folder, `clip-${number}.mp4`)
    const input = ['-v', 'error', '-framerate', '1', '-i', join(pictures, '%03d.jpg')]
    const rate = [
      '-r',
      String(framesPerSecond),
      '-g',
      String(framesPerSecond),
      '-sc_threshold',
      '0',
    ]
    const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p']
    const period = join(folder, `period-${number}.mp4`)
    execFileSync('ffmpeg', [...input, ...codec, ...rate, period])
    const loops = String(Math.ceil(clipSeconds / periodFrames) - 1)
    const loop = ['-v', 'error', '-stream_loop', loops, '-i', period, '-c', 'copy', '-y', file]
    execFileSync('ffmpeg', loop)
    files.push(file)
  }
  return files
}

async function writePeriod(folder: string, scene: Scene, number: number): Promise<void> {
  for (let frame = 0; frame < periodFrames; frame += 1) {
    const picture = pictureFor(scene, number, frame)
    const name = `${String(frame).padStart(3, '0')}.jpg`
    if (picture !== undefined) await writeFile(join(folder, name), picture)
  }
}

/** The RTSP server of the tests: Debian's gir1.2-gst-rtsp-server-1.0. */
async function startServer(
  files: readonly string[],
): Promise<{ server: ChildProcess; port: number }> {
  const script = join(checkout(), 'tests/support/rtsp-server.py')
  const mounts = files.map((file, number) => `/clip-${number}=${file}:h264`)
  const server = spawn('/usr/bin/python3', [script, '0', ...mounts], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const first = await Promise.race([once(server.stdout, 'data'), once(server, 'exit')])
  const port = Number(String(first[0]).trim())
  if (!(port > 0)) throw new Error('needs GStreamer: apt-get install gir1.2-gst-rtsp-server-1.0')
  return { server, port }
}
