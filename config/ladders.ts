import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { AnomalyType, Severity } from '../contracts/anomaly.ts'
import { CodedError } from '../contracts/errors.ts'
import type { Unit } from '../contracts/http/org.ts'
import { type Ladder, LaddersFile, type LadderStep } from '../contracts/ladder.ts'
import { type LocatedYaml, parseLocated } from './yaml.ts'

/** Who is told of what, in which order, and how long each answer is waited for. */
export interface LadderBook {
  readonly file: LaddersFile
  /** The first that fits: of the community, then of all. Null: nobody is called for it. */
  ladderFor(community: string, type: AnomalyType, severity: Severity): Ladder | null
}

export const shippedLaddersPath = (): string =>
  fileURLToPath(
    new URL(
      import.meta.url.includes('/dist/config/') ? '../../config/ladders.yaml' : './ladders.yaml',
      import.meta.url,
    ),
  )

/** Names that a message may use. */
const placeholders: ReadonlySet<string> = new Set(['title', 'honorific', 'place', 'number', 'who'])

/**
 * Reads `config/ladders.yaml` or a file of the same shape; units are those of the organisation.
 * Throws `config.invalid` with `source:line: what` for what cannot be meant.
 */
export function loadLadders(
  text: string,
  units: readonly Pick<Unit, 'id'>[],
  source = 'ladders.yaml',
): LadderBook {
  const located = parseLocated(LaddersFile, text, source)
  const { ladders, communities } = located.value
  const ids = new Set(units.map(({ id }) => id))
  checkAll(located, ladders, '/ladders', ids)
  for (const [i, { ladders: theirs }] of communities.entries()) {
    checkAll(located, theirs, `/communities/${i}/ladders`, ids)
  }
  return {
    file: located.value,
    ladderFor(community, type, severity) {
      const own = communities.filter((one) => one.community === community)
      const inOrder = [...own.flatMap((one) => one.ladders), ...ladders]
      return inOrder.find(fits(type, severity)) ?? null
    },
  }
}

const fits = (type: AnomalyType, severity: Severity) => (ladder: Ladder) =>
  ladder.severities.includes(severity) &&
  (ladder.types.includes(type) || ladder.types.includes('*'))

/** Reads a file by path; one that was named but cannot be read is an error. */
export function readLadders(file: string, units: readonly Pick<Unit, 'id'>[]): LadderBook {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CodedError('config.invalid', `ladders: ${reason}`)
  }
  return loadLadders(text, units, file)
}

function checkAll(
  located: LocatedYaml<LaddersFile>,
  ladders: readonly Ladder[],
  at: string,
  units: ReadonlySet<string>,
): void {
  const seen = new Set<string>()
  for (const [i, ladder] of ladders.entries()) {
    if (seen.has(ladder.id)) throw located.refuse(`${at}/${i}/id`, `${ladder.id} stands twice`)
    seen.add(ladder.id)
    const steps = new Set<string>()
    for (const [j, step] of ladder.steps.entries()) {
      const pointer = `${at}/${i}/steps/${j}`
      if (steps.has(step.id)) throw located.refuse(`${pointer}/id`, `${step.id} stands twice`)
      steps.add(step.id)
      const problem = problemOf(step, units)
      if (problem !== null) throw located.refuse(`${pointer}${problem.at}`, problem.text)
    }
  }
}

function problemOf(
  step: LadderStep,
  units: ReadonlySet<string>,
): { readonly at: string; readonly text: string } | null {
  if (step.who === 'unit' && step.unit === undefined) return { at: '', text: 'needs a unit' }
  if (step.unit !== undefined && !units.has(step.unit)) {
    return { at: '/unit', text: `no unit ${step.unit}` }
  }
  if (step.who === 'group' && step.group === undefined) return { at: '', text: 'needs a group' }
  if (step.how.includes('alarm') !== (step.who === 'alarms')) {
    return { at: '/how', text: 'alarm is for who: alarms, and alarms take nothing else' }
  }
  if (
    step.how.includes('dispatch') &&
    !['grid', 'community', 'street', 'unit'].includes(step.who)
  ) {
    return { at: '/how', text: `a ticket cannot be dispatched to ${step.who}` }
  }
  const words = `${step.message?.zh ?? ''} ${step.message?.en ?? ''}`
  for (const [, name = ''] of words.matchAll(/\{([^}]*)\}/g)) {
    if (!placeholders.has(name)) return { at: '/message', text: `no placeholder {${name}}` }
  }
  return null
}
