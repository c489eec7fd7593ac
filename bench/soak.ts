import { loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BenchArguments } from './support/arguments.ts'
import { type CameraRig, setCameras, startCameras } from './cameras.ts'
import { rounded, slope, slopeError } from './support/figures.ts'
import { childrenOf, stateOf } from './support/process-watch.ts'

const everyMs = 1_000
const warmUpShare = 0.25
/**
 * Under load, resident memory goes up and down by tens of MB with what waits to be collected. So every two minutes the
 * cameras fall silent, all threads collect, the allocator gives back (from 5 s on, gateway/supervisor/allocator.ts),
 * and what is resident when that has come to its end is what is kept.
 */
const restEverySeconds = 120
const rest = { untilCollectedMs: 1_500, lookEveryMs: 500, stillMs: 6_000, mostMs: 25_000 }

/** One look at the gateway from outside. */
export interface Sample {
  readonly seconds: number
  readonly rssMb: number
  readonly heapMb: number
  readonly openFiles: number
  readonly threads: number
  readonly children: number
  /** Taken at rest, after a collection. */
  readonly rest: boolean
}

/**
 * `bench soak`: as many cameras as the box sustains, for an hour; what it holds is sampled every
 * second, and after a quarter of the time it must no longer grow.
 */
export async function benchSoak(
  args: Pick<BenchArguments, 'minutes' | 'cameras' | 'seed' | 'json'>,
): Promise<object> {
  const cameras = args.cameras ?? 150
  const minutes = args.minutes ?? 60
  const rig = await startCameras({ cameras, seed: args.seed, collectable: true })
  try {
    await setCameras(rig.load, cameras)
    const samples: Sample[] = []
    const startedAt = performance.now()
    const secondsNow = (): number => (performance.now() - startedAt) / 1_000
    const look = async (atRest: boolean): Promise<Sample> => {
      const { rssMb, openFiles, threads, children } = stateOf(rig.gateway.pid)
      const asked = atRest || samples.length % 10 === 0
      const heapMb = asked
        ? (await rig.gateway.heapUsed()) / 2 ** 20
        : (samples.at(-1)?.heapMb ?? 0)
      return { seconds: secondsNow(), rssMb, heapMb, openFiles, threads, children, rest: atRest }
    }
    let restAt = restEverySeconds
    while (secondsNow() < minutes * 60) {
      await sleep(everyMs)
      if (secondsNow() < restAt) {
        samples.push(await look(false))
        continue
      }
      restAt += restEverySeconds
      await rested(rig)
      const sample = await look(true)
      samples.push(sample)
      await setCameras(rig.load, cameras)
      if (!args.json) process.stderr.write(`${JSON.stringify(sample)}\n`)
    }
    const { frames, dropped } = await rig.gateway.health()
    // What nobody watches any more must have ended by now.
    await setCameras(rig.load, 0)
    await sleep(2_000)
    const left = childrenOf(rig.gateway.pid).length
    return {
      cameras,
      minutes,
      ...soakFigures(samples),
      leakedProcesses: left,
      frames,
      droppedDoor: dropped['frames.door'] ?? 0,
      loadAverage: rounded(loadavg()[0] ?? 0, 2),
    }
  } finally {
    await rig.close()
  }
}

/** Silence, a collection, and then until nothing more is given back. */
async function rested(rig: CameraRig): Promise<void> {
  await setCameras(rig.load, 0)
  await sleep(rest.untilCollectedMs)
  rig.gateway.collect()
  const from = performance.now()
  let lowestMb = Number.POSITIVE_INFINITY
  let lowestAt = from
  while (performance.now() - lowestAt < rest.stillMs && performance.now() - from < rest.mostMs) {
    await sleep(rest.lookEveryMs)
    const { rssMb } = stateOf(rig.gateway.pid)
    // A page here and there goes back and forth.
    if (rssMb > lowestMb - 0.5) continue
    lowestMb = rssMb
    lowestAt = performance.now()
  }
}

/** Slopes by least squares over what follows the warm-up; the standard error of the one that counts beside it. */
export function soakFigures(samples: readonly Sample[]): object {
  const warmUpSeconds = warmUpShare * (samples.at(-1)?.seconds ?? 0)
  const settled = samples.filter(({ seconds }) => seconds >= warmUpSeconds)
  const atRest = settled.filter((sample) => sample.rest)
  const under = settled.filter((sample) => !sample.rest)
  const largest = (of: (sample: Sample) => number): number => Math.max(0, ...settled.map(of))
  const memory = atRest.map(({ seconds, rssMb }) => [seconds / 3_600, rssMb] as const)
  return {
    memorySlopeMbPerHour: rounded(slope(memory), 2),
    memorySlopeErrorMbPerHour: rounded(slopeError(memory), 2),
    rssSlopeMbPerHour: perHour(under, ({ rssMb }) => rssMb),
    heapSlopeMbPerHour: perHour(atRest, ({ heapMb }) => heapMb),
    openFilesSlopePerHour: perHour(settled, ({ openFiles }) => openFiles),
    rssMbFirst: Math.round(under[0]?.rssMb ?? 0),
    rssMbLast: Math.round(under.at(-1)?.rssMb ?? 0),
    openFilesMax: largest(({ openFiles }) => openFiles),
    threadsMax: largest(({ threads }) => threads),
    childrenMax: largest(({ children }) => children),
    samples: settled.length,
    restMb: samples.filter((sample) => sample.rest).map(({ rssMb }) => Math.round(rssMb)),
  }
}

const perHour = (samples: readonly Sample[], of: (sample: Sample) => number): number =>
  rounded(slope(samples.map((sample) => [sample.seconds / 3_600, of(sample)] as const)), 2)
