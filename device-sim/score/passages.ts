/** Somebody who is to be let in, once. Offsets count from the start of the play. */
export interface Passage {
  readonly id: string
  readonly by: 'face' | 'plate' | 'card' | 'qr'
  readonly door: string
  /** Id of the holder, or the plate. */
  readonly who: string
  readonly fromOffsetMs: number
  readonly toOffsetMs: number
}

/** A lock or an arm that moved, as the simulated device itself saw it. */
export interface Opening {
  readonly door: string
  readonly at: number
}

/** What the event history says of who was let in. */
export interface Admission {
  readonly door: string
  readonly ts: number
  readonly by: string
  readonly who: string
}

export interface PassageScore {
  readonly faces: { readonly granted: number; readonly wrong: number }
  readonly vehicles: { readonly passed: number; readonly wrong: number }
}

/** A lock needs a moment after the command. */
const lateToleranceMs = 2_000

/**
 * Compares what moved with what was staged. Doors open for their person once, within its time; whatever
 * else opened is wrong, and so is whatever stayed shut. The history can only take away: where it names
 * somebody else than the play, or nobody, the opening is wrong. Wrong ones at doors count with the faces,
 * whatever they were opened by; those at the arm with the vehicles.
 */
export function scorePassages(
  passages: readonly Passage[],
  openings: readonly Opening[],
  admissions: readonly Admission[],
  startedAt: number,
): PassageScore & { readonly faults: readonly string[] } {
  const left = [...openings].sort((a, b) => a.at - b.at)
  const arms = new Set(passages.filter(({ by }) => by === 'plate').map(({ door }) => door))
  const right = { face: 0, plate: 0 }
  const faults: { readonly atArm: boolean; readonly text: string }[] = []
  for (const passage of passages) {
    const { by, door, id } = passage
    const from = startedAt + passage.fromOffsetMs
    const to = startedAt + passage.toOffsetMs + lateToleranceMs
    const index = left.findIndex((one) => one.door === door && one.at >= from && one.at <= to)
    const named = admissions.filter((one) => one.door === door && one.ts >= from && one.ts <= to)
    const atArm = by === 'plate'
    if (index === -1) {
      faults.push({ atArm, text: `${id}: ${door} stayed shut` })
      continue
    }
    left.splice(index, 1)
    const others = named.filter((one) => one.by !== by || !isWho(passage, one.who))
    if (others.length > 0 || named.length === 0)
      faults.push({
        atArm,
        text: `${id}: ${door} opened for ${others.map((one) => `${one.by} ${one.who}`).join(', ') || 'nobody on record'}`,
      })
    else if (by === 'face' || by === 'plate') right[by] += 1
  }
  for (const { door, at } of left)
    faults.push({
      atArm: arms.has(door) || door.startsWith('barrier'),
      text: `${door} opened at ${((at - startedAt) / 1_000).toFixed(1)} s for nobody`,
    })
  const wrongAtArm = faults.filter(({ atArm }) => atArm).length
  return {
    faces: { granted: right.face, wrong: faults.length - wrongAtArm },
    vehicles: { passed: right.plate, wrong: wrongAtArm },
    faults: faults.map(({ text }) => text),
  }
}

/** A visitor's id is made anew each day: the code that was shown is theirs alone. */
const isWho = ({ by, who }: Passage, named: string): boolean => by === 'qr' || who === named
