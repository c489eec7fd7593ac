import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startApiSink } from './support/api-sink.ts'
import type { BenchArguments } from './support/arguments.ts'
import {
  type CameraStep,
  isSound,
  momentOf,
  stepBetween,
  summaryOf,
} from './support/camera-step.ts'
import { camerasRoster, camerasSecret } from './support/cameras-roster.ts'
import { Child } from './support/child.ts'
import { type GatewayProcess, modelsOpen, startGatewayProcess } from './support/gateway-process.ts'
import type {
  ManyCamerasOrder,
  ManyCamerasReport,
  ManyCamerasSettings,
} from './support/many-cameras-load.ts'
import { sharedModels } from './support/media.ts'
import { benchRtspCameras } from './rtsp-cameras.ts'

const community = 'bench'
const scenes = 24
const counts = [60, 120, 180, 200, 220, 240, 272, 300, 340, 400] as const
/** New cameras are looked at twice by the models, and every scene once in half a minute. */
const settleSeconds = 12

/**
 * `bench cameras`: 720p JPEGs over MQTT at one frame a second and camera, somebody in a tenth of them,
 * through the whole gateway; more and more cameras until a frame is dropped.
 */
export async function benchCameras(
  args: Pick<BenchArguments, 'source' | 'max' | 'seconds' | 'seed' | 'json'>,
): Promise<object> {
  if (args.source === 'rtsp') return benchRtspCameras(args)
  const max = args.max ?? 400
  const wanted = [...counts.filter((count) => count < max), max]
  const rig = await startCameras({ cameras: max, seed: args.seed })
  try {
    const curve: CameraStep[] = []
    for (const cameras of wanted) {
      const step = await measureStep(rig, cameras, args.seconds ?? 30)
      curve.push(step)
      if (!args.json) process.stderr.write(`${JSON.stringify(step)}\n`)
      // One step beyond: doors must come through there too.
      if (curve.filter((one) => !isSound(one)).length > 1) break
    }
    return { ...summaryOf(curve), bytesPerFrame: (await report(rig.load)).bytesPerFrame, curve }
  } finally {
    await rig.close()
  }
}

export interface CameraRig {
  readonly gateway: GatewayProcess
  readonly load: Child
  close(): Promise<void>
}

/** A gateway that knows so many cameras, and their process; none sends yet. */
export async function startCameras(options: {
  readonly cameras: number
  readonly seed: number
  readonly collectable?: boolean
}): Promise<CameraRig> {
  const folder = await mkdtemp(join(tmpdir(), 'linli-bench-cameras-'))
  const home = join(folder, 'home')
  const api = await startApiSink()
  const env = { LINLI_API_URL: api.url }
  const { collectable = false } = options
  const models = sharedModels()
  const gateway = await startGatewayProcess({ home, community, models, env, collectable })
  await gateway.ask('PUT', '/roster', camerasRoster({ ...options, community, version: 1 }))
  await modelsOpen(gateway)
  const load = new Child(import.meta.url, './support/many-cameras-load.ts', {
    port: gateway.mqttPort,
    community,
    secret: camerasSecret,
    scenes,
    seed: options.seed,
  } satisfies ManyCamerasSettings)
  await load.hear()
  return {
    gateway,
    load,
    async close() {
      await load.end()
      await gateway.close()
      await api.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const report = (load: Child): Promise<ManyCamerasReport> =>
  load.ask<ManyCamerasReport>({ ask: 'report' } satisfies ManyCamerasOrder)

/** So many cameras send from now on. */
export const setCameras = (load: Child, count: number): Promise<ManyCamerasReport> =>
  load.ask<ManyCamerasReport>({ ask: 'cameras', count } satisfies ManyCamerasOrder)

async function measureStep(
  { gateway, load }: CameraRig,
  cameras: number,
  seconds: number,
): Promise<CameraStep> {
  await setCameras(load, cameras)
  await sleep(settleSeconds * 1_000)
  const before = await momentOf(gateway, await report(load))
  await sleep(seconds * 1_000)
  return stepBetween(cameras, before, await momentOf(gateway, await report(load)))
}
