import { loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BenchArguments } from './support/arguments.ts'
import { setCameras, startCameras } from './cameras.ts'
import { rounded, slope } from './support/figures.ts'
import { childrenOf, stateOf } from './support/process-watch.ts'

const everyMs = 10_000
const warmUpShare = 0.25

/** One look at the gateway from outside. */
export interface Sample {
  readonly seconds: number
  readonly rssMb: number
  readonly heapMb: number
  readonly openFiles: number
  readonly threads: number
  readonly children: number
}

/**
 * `bench soak`: as many cameras as the box sustains, for an hour; what it holds is sampled every ten
 * seconds, and after a quarter of the time it must no longer grow.
 */
export async function benchSoak(
  args: Pick<BenchArguments, 'minutes' | 'cameras' | 'seed' | 'json'>,
): Promise<object> {
  const cameras = args.cameras ?? 150
  const minutes = args.minutes ?? 60
  const rig = await startCameras({ cameras, seed: args.seed })
  try {
    await setCameras(rig.load, cameras)
    const samples: Sample[] = []
    const startedAt = performance.now()
    while (performance.now() - startedAt < minutes * 60_000) {
      await sleep(everyMs)
      const { rssMb, openFiles, threads, children } = stateOf(rig.gateway.pid)
      const heapMb = (await rig.gateway.heapUsed()) / 2 ** 20
      const seconds = (performance.now() - startedAt) / 1_000
      samples.push({ seconds, rssMb, heapMb, openFiles, threads, children })
      if (!args.json && samples.length % 6 === 0)
        process.stderr.write(`${JSON.stringify(samples.at(-1))}\n`)
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

/** Slopes by least squares over what follows the warm-up. */
export function soakFigures(samples: readonly Sample[]): object {
  const settled = samples.slice(Math.floor(samples.length * warmUpShare))
  const perHour = (of: (sample: Sample) => number): number =>
    rounded(slope(settled.map((sample) => [sample.seconds / 3_600, of(sample)] as const)), 2)
  const largest = (of: (sample: Sample) => number): number => Math.max(0, ...settled.map(of))
  return {
    memorySlopeMbPerHour: perHour(({ rssMb }) => rssMb),
    heapSlopeMbPerHour: perHour(({ heapMb }) => heapMb),
    openFilesSlopePerHour: perHour(({ openFiles }) => openFiles),
    rssMbFirst: Math.round(settled[0]?.rssMb ?? 0),
    rssMbLast: Math.round(settled.at(-1)?.rssMb ?? 0),
    openFilesMax: largest(({ openFiles }) => openFiles),
    threadsMax: largest(({ threads }) => threads),
    childrenMax: largest(({ children }) => children),
    samples: settled.length,
  }
}
