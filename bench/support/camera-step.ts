import { loadavg } from 'node:os'
import type { GatewayHealth } from '../../contracts/health.ts'
import { rounded } from './figures.ts'
import type { GatewayProcess } from './gateway-process.ts'
import { type CpuSeconds, cpuOf, machineCpuSeconds, minus, stateOf } from './process-watch.ts'

/** One moment of a running gateway; two of them make a step. */
export interface Moment {
  readonly at: number
  readonly health: GatewayHealth
  readonly cpu: CpuSeconds
  readonly machineSeconds: number
  readonly rssMb: number
  /** What the generator says of itself; zeros where it is not ours. */
  readonly generator: { readonly sent: number; readonly held: number; readonly cpuSeconds: number }
}

export async function momentOf(
  gateway: GatewayProcess,
  generator: Moment['generator'],
): Promise<Moment> {
  const health = await gateway.health()
  return {
    at: performance.now(),
    health,
    cpu: cpuOf(gateway.pid),
    machineSeconds: machineCpuSeconds(),
    rssMb: stateOf(gateway.pid).rssMb,
    generator,
  }
}

export interface CameraStep {
  readonly cameras: number
  readonly inPerSecond: number
  readonly analysedPerSecond: number
  /** Frames at which the models looked. */
  readonly lookedPerSecond: number
  readonly droppedDoor: number
  readonly droppedOther: number
  /** Frames that the broker had not taken when the camera's next was due. */
  readonly held: number
  /** Cores that the gateway used, its ffmpegs included. */
  readonly cpuCores: number
  readonly generatorCores: number
  /** Of all other programs of this machine. */
  readonly elsewhereCores: number
  readonly shares: Readonly<Record<Stage, number>>
  readonly limitedBy: Stage
  readonly rssMb: number
  readonly loopDelayP99Ms: number
}

/** Where the gateway's time goes: cores each. */
export type Stage = 'main-thread' | 'glance' | 'models' | 'jpeg-threads' | 'ffmpeg'

/** What happened between two moments. */
export function stepBetween(cameras: number, before: Moment, after: Moment): CameraStep {
  const seconds = (after.at - before.at) / 1_000
  const per = (count: number): number => rounded(count / seconds, 1)
  const cores = (used: number): number => rounded(used / seconds, 2)
  const cpu = minus(after.cpu, before.cpu)
  const generatorSeconds = after.generator.cpuSeconds - before.generator.cpuSeconds
  const vision = visionBetween(before.health, after.health)
  const shares = sharesOf(cpu, vision, seconds)
  const [limitedBy] = (Object.keys(shares) as Stage[]).toSorted((a, b) => shares[b] - shares[a])
  const dropped = (of: (health: GatewayHealth) => number): number =>
    of(after.health) - of(before.health)
  const doors = dropped((health) => health.dropped['frames.door'] ?? 0)
  return {
    cameras,
    inPerSecond: per(after.health.frames.in - before.health.frames.in),
    analysedPerSecond: per(after.health.frames.analysed - before.health.frames.analysed),
    lookedPerSecond: per(vision.analysed - vision.shut),
    droppedDoor: doors,
    droppedOther: dropped((health) => health.frames.dropped) - doors,
    held: after.generator.held - before.generator.held,
    cpuCores: cores(cpu.total),
    generatorCores: cores(generatorSeconds),
    elsewhereCores: cores(
      Math.max(0, after.machineSeconds - before.machineSeconds - cpu.total - generatorSeconds),
    ),
    shares,
    limitedBy: limitedBy ?? 'models',
    rssMb: Math.round(after.rssMb),
    loopDelayP99Ms: rounded(after.health.loopDelayMs.p99, 1),
  }
}

type VisionWork = NonNullable<GatewayHealth['vision']>
const noWork: VisionWork = { analysed: 0, shut: 0, gateMs: 0, decodeMs: 0, inferMs: 0 }

function visionBetween(before: GatewayHealth, after: GatewayHealth): VisionWork {
  const [from, to] = [before.vision ?? noWork, after.vision ?? noWork]
  return {
    analysed: to.analysed - from.analysed,
    shut: to.shut - from.shut,
    gateMs: to.gateMs - from.gateMs,
    decodeMs: to.decodeMs - from.decodeMs,
    inferMs: to.inferMs - from.inferMs,
  }
}

/**
 * The main thread and the threads that unpack JPEGs are counted by the kernel; what the detector threads
 * used is divided as their own clocks say, waiting for JPEGs (gate, decode) against models.
 */
function sharesOf(cpu: CpuSeconds, vision: VisionWork, seconds: number): Record<Stage, number> {
  const { gateMs, decodeMs, inferMs } = vision
  const all = Math.max(1, gateMs + decodeMs + inferMs)
  const cores = (used: number): number => rounded(used / seconds, 2)
  return {
    'main-thread': cores(cpu.main),
    models: cores(cpu.detectors * (inferMs / all)),
    glance: cores(cpu.detectors * ((gateMs + decodeMs) / all)),
    'jpeg-threads': cores(cpu.others),
    ffmpeg: cores(cpu.children),
  }
}

/** Nothing was dropped, and what was sent was seen. */
export const isSound = (step: CameraStep): boolean =>
  step.droppedDoor === 0 &&
  step.droppedOther === 0 &&
  step.held === 0 &&
  step.inPerSecond >= 0.95 * step.cameras

/** The largest step before the first that dropped a frame; what limits is read off the step after it. */
export function summaryOf(curve: readonly CameraStep[]): object {
  const sound = curve.filter(isSound)
  const best = sound.at(-1)
  const failed = curve.find((step) => !isSound(step))
  const shown = best ?? failed
  if (shown === undefined) throw new Error('nothing was measured')
  return {
    cameras: best?.cameras ?? 0,
    analysedPerSecond: shown.analysedPerSecond,
    droppedDoor: shown.droppedDoor,
    droppedOther: shown.droppedOther,
    cpuCores: shown.cpuCores,
    generatorCores: shown.generatorCores,
    elsewhereCores: shown.elsewhereCores,
    limitedBy: (failed ?? shown).limitedBy,
    rssMb: shown.rssMb,
    camerasWithoutDoorDrop:
      curve.filter(({ droppedDoor }) => droppedDoor === 0).at(-1)?.cameras ?? 0,
    loadAverage: rounded(loadavg()[0] ?? 0, 2),
  }
}
