import { readdirSync, readFileSync } from 'node:fs'

/** USER_HZ: /proc counts CPU time in hundredths of a second on every Linux that Node runs on. */
const ticksPerSecond = 100
/** Detector threads give way to the main loop by this nice value; gateway/vision/detector-worker.ts. */
const detectorNice = 2

/** CPU of a process since its start, seconds, by who used it. */
export interface CpuSeconds {
  readonly total: number
  /** The event loop: broker, intake, hub, decisions. */
  readonly main: number
  /** Detector threads: models, and the JavaScript about them. */
  readonly detectors: number
  /** The rest: libuv's threads (JPEG), the pipeline's thread, V8's helpers. */
  readonly others: number
  /** Processes that it has started and that still run: one ffmpeg per camera with a source. */
  readonly children: number
}

export interface ProcessState {
  readonly rssMb: number
  readonly threads: number
  readonly openFiles: number
  readonly children: number
}

/** Fields of /proc/…/stat after the name, which may hold blanks; field 3 of proc(5) is the first. */
const statFields = (path: string): string[] => {
  const stat = readFileSync(path, 'latin1')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}
const ticksOf = (fields: readonly string[]): number => Number(fields[11]) + Number(fields[12])

/** Linux only. Threads that have ended count for nobody but the total. */
export function cpuOf(pid: number): CpuSeconds {
  const own = totalOf(pid)
  const children = childrenOf(pid).reduce((sum, child) => sum + totalOf(child), 0)
  let main = 0
  let detectors = 0
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    try {
      const fields = statFields(`/proc/${pid}/task/${task}/stat`)
      const seconds = ticksOf(fields) / ticksPerSecond
      if (task === String(pid)) main = seconds
      else if (Number(fields[16]) === detectorNice) detectors += seconds
    } catch {
      // It ended meanwhile.
    }
  }
  const others = Math.max(0, own - main - detectors)
  return { total: own + children, main, detectors, others, children }
}

/** 0 where it has ended meanwhile. */
function totalOf(pid: number): number {
  try {
    return ticksOf(statFields(`/proc/${pid}/stat`)) / ticksPerSecond
  } catch {
    return 0
  }
}

/** CPU that every program of the machine used since it was started, s. */
export function machineCpuSeconds(): number {
  const [line = ''] = readFileSync('/proc/stat', 'latin1').split('\n')
  const [user, nice, system, , , irq, softirq] = line.trim().split(/\s+/).slice(1).map(Number)
  const ticks = [user, nice, system, irq, softirq].reduce((sum: number, n) => sum + (n ?? 0), 0)
  return ticks / ticksPerSecond
}

export function stateOf(pid: number): ProcessState {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1')
  const field = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? Number.NaN)
  return {
    rssMb: field('VmRSS') / 1_024,
    threads: field('Threads'),
    openFiles: readdirSync(`/proc/${pid}/fd`).length,
    children: childrenOf(pid).length,
  }
}

export function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) => {
    try {
      const list = readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').trim()
      return list === '' ? [] : list.split(' ').map(Number)
    } catch {
      return []
    }
  })
}

export const minus = (after: CpuSeconds, before: CpuSeconds): CpuSeconds => ({
  total: after.total - before.total,
  main: after.main - before.main,
  detectors: after.detectors - before.detectors,
  others: after.others - before.others,
  children: after.children - before.children,
})
