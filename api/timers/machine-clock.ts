import { readFileSync } from 'node:fs'

/** A clock that only goes forward and that no one sets; it begins anew with every boot. */
export interface MachineClock {
  /** Names the boot: two readings of the same one may be compared. */
  readonly boot: string
  nowMs(): number
}

/**
 * The machine's time since boot, the same for every process: `/proc/uptime`. Elsewhere the process's own
 * monotonic clock, whose boot is the process.
 */
export function createMachineClock(processName: string): MachineClock {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    uptimeMs()
    return { boot, nowMs: uptimeMs }
  } catch {
    return { boot: processName, nowMs: () => Math.floor(performance.now()) }
  }
}

function uptimeMs(): number {
  const seconds = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0])
  if (!Number.isFinite(seconds)) throw new Error('/proc/uptime cannot be read')
  return Math.floor(seconds * 1_000)
}
