/** Where the account of time stood when it was last written down. */
export interface SteadyMark {
  readonly boot: string
  readonly monoMs: number
  readonly steadyMs: number
  /** The last pair of wall and steady time in which the wall clock was believed. */
  readonly wallMs: number
  readonly wallSteadyMs: number
  /** The box started with a clock that lies before the last one it believed (1970, an empty battery). */
  readonly doubt: boolean
}

export interface Reading {
  readonly boot: string
  readonly monoMs: number
  readonly wallMs: number
}

/**
 * Steady time: elapsed time that no setting of a clock can move. While the machine runs, its clock since
 * boot tells how much passed, over restarts of the process too; over a reboot the wall clock is asked. Where
 * that one lies in the past it is not believed, until it is set right: then what was missed counts at once.
 */
export function readSteady(mark: SteadyMark | null, now: Reading): SteadyMark {
  const { boot, monoMs, wallMs } = now
  if (mark === null) {
    return { boot, monoMs, steadyMs: wallMs, wallMs, wallSteadyMs: wallMs, doubt: false }
  }
  const sameBoot = mark.boot === boot && monoMs >= mark.monoMs
  const believed = mark.doubt || !sameBoot ? wallMs >= mark.wallMs : true
  const byMachine = mark.steadyMs + (sameBoot ? monoMs - mark.monoMs : Math.max(0, monoMs))
  const byWall = mark.wallSteadyMs + (wallMs - mark.wallMs)
  if (sameBoot && !mark.doubt) {
    return { boot, monoMs, steadyMs: byMachine, wallMs, wallSteadyMs: byMachine, doubt: false }
  }
  if (!believed) {
    const { wallMs: lastWall, wallSteadyMs } = mark
    return { boot, monoMs, steadyMs: byMachine, wallMs: lastWall, wallSteadyMs, doubt: true }
  }
  const steadyMs = sameBoot ? Math.max(byMachine, byWall) : Math.max(mark.steadyMs, byWall)
  return { boot, monoMs, steadyMs, wallMs, wallSteadyMs: steadyMs, doubt: false }
}
