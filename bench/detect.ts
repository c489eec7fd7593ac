import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { resolveDefaultModels, shippedModels } from '../config/models.ts'
import type { BenchArguments } from './support/arguments.ts'
import { Child } from './support/child.ts'
import type { BaselineSettings } from './support/detect-baseline.ts'
import { type BenchGateway, cameraSecret, startGateway } from './support/detect-gateway.ts'
import type { CameraLoadOrder, CameraLoadSettings } from './support/detect-load.ts'
import type { LoopOrder } from './support/detect-loop.ts'
import { benchPictures, checkout } from './support/detect-pictures.ts'

const pictures = 24
const cameras = 12
const community = 'bench'
/** The load at saturation, in baselines: more than can be analysed, so that detectors never wait. */
const overload = 1.15

interface Rig {
  readonly gateway: BenchGateway
  readonly baseline: Child
  readonly load: Child
}

/**
 * `bench detect`: 720p JPEGs over MQTT through the whole gateway process against a tight loop of
 * decode + session.run (both models) on the same pictures in as many threads, taking turns.
 */
export async function run(args: Pick<BenchArguments, 'seconds' | 'rounds'>): Promise<object> {
  const seconds = args.seconds ?? 8
  const rounds = args.rounds ?? 3
  const folder = await mkdtemp(join(tmpdir(), 'linli-bench-detect-'))
  const rig = await setUp(folder)
  try {
    return await measure(rig, seconds, rounds)
  } finally {
    await rig.load.end()
    await rig.baseline.end()
    await rig.gateway.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function measure(rig: Rig, seconds: number, rounds: number): Promise<object> {
  const ask = (kind: LoopOrder['kind']) =>
    rig.baseline.ask<number>({ kind, seconds } satisfies LoopOrder)
  // Warms up both sides; the faster way of the baseline is taken.
  const overlapped = (await ask('overlapped')) >= (await ask('sequential'))
  const kind = overlapped ? 'overlapped' : 'sequential'
  let rate = (await ask(kind)) * overload
  await through(rig, rate, 2)
  const ours: number[] = []
  const theirs: number[] = []
  const alone: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    theirs.push(await ask(kind))
    alone.push(await ask('models'))
    rate = median(theirs) * overload
    ours.push(await through(rig, rate, seconds))
  }
  const loopDelayP99MsSaturated = await loopDelayAt(rig, rate)
  const loopDelayP99Ms = await loopDelayAt(rig, median(ours) / 2)
  const framesPerSecond = median(ours)
  const baselinePerSecond = median(theirs)
  const health = await rig.gateway.health()
  return {
    framesPerSecond: round(framesPerSecond, 1),
    baselinePerSecond: round(baselinePerSecond, 1),
    ratio: round(framesPerSecond / baselinePerSecond, 3),
    ratioModelsOnly: round(framesPerSecond / median(alone), 3),
    modelsOnlyPerSecond: round(median(alone), 1),
    loopDelayP99Ms: round(loopDelayP99Ms, 2),
    loopDelayP99MsSaturated: round(loopDelayP99MsSaturated, 2),
    baseline: kind,
    workers: availableParallelism(),
    cameras,
    rounds: ours.map((value, i) => round(value / (theirs[i] ?? value), 3)),
    frames: health.frames,
  }
}

async function setUp(folder: string): Promise<Rig> {
  const models = join(checkout(), '../shared/models')
  const found = await resolveDefaultModels(shippedModels(), [
    ...(process.env['LINLI_MODELS'] === undefined ? [] : [process.env['LINLI_MODELS']]),
    models,
  ])
  const pathOf = (task: string): string => {
    const path = found.find(({ entry }) => entry.task === task)?.path ?? null
    if (path === null) throw new Error(`needs the weights for ${task}: linli models pull`)
    return path
  }
  const jpegs = await benchPictures(pictures)
  if (jpegs === null) throw new Error('needs photographs: ../shared/media beside the checkout')
  for (const [i, jpeg] of jpegs.entries()) await writeFile(join(folder, `${i}.jpg`), jpeg)
  const gateway = await startGateway({ home: join(folder, 'home'), community, cameras, models })
  const baseline = new Child(import.meta.url, './support/detect-baseline.ts', {
    folder,
    pictures,
    workers: availableParallelism(),
    facesModel: pathOf('faces'),
    objectsModel: pathOf('objects'),
  } satisfies BaselineSettings)
  await baseline.hear()
  const load = new Child(import.meta.url, './support/detect-load.ts', {
    url: gateway.mqttUrl,
    community,
    cameras,
    secret: cameraSecret,
    folder,
    pictures,
  } satisfies CameraLoadSettings)
  await load.hear()
  return { gateway, baseline, load }
}

const order = (load: Child, message: CameraLoadOrder): Promise<number> => load.ask<number>(message)

/** Frames a second that the gateway analyses while cameras send `perSecond` together. */
async function through(
  { gateway, load }: Rig,
  perSecond: number,
  seconds: number,
): Promise<number> {
  await order(load, { ask: 'start', perSecond })
  await sleep(1_000)
  const [before, began] = [await gateway.health(), performance.now()]
  await sleep(seconds * 1_000)
  const [after, ended] = [await gateway.health(), performance.now()]
  await order(load, { ask: 'stop' })
  await sleep(300)
  return (after.frames.analysed - before.frames.analysed) / ((ended - began) / 1_000)
}

/** The gateway measures in windows of 10 s; after 21 s the last full one lies wholly within the load. */
async function loopDelayAt({ gateway, load }: Rig, perSecond: number): Promise<number> {
  await order(load, { ask: 'start', perSecond })
  await sleep(21_000)
  const { loopDelayMs } = await gateway.health()
  await order(load, { ask: 'stop' })
  return loopDelayMs.p99
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const round = (value: number, digits: number): number => Number(value.toFixed(digits))
