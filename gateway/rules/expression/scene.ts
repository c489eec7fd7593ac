import type { FlagExpr, Scope } from '../../../config/expression/expr.ts'
import type { RosterView } from '../../model/roster-view.ts'
import type { Series, Source, Subject } from './source.ts'
import { emptySum, type Sum } from './window.ts'

/** What an expression is asked in: one object, changed from question to question, so that none is made. */
export interface Scene {
  now: number
  subject: Subject
  /** The device whose readings are meant: the subject itself, or the member that is asked just now. */
  member: Source | null
  /** Minutes east of UTC, of the rule. */
  offsetMinutes: number
  readonly roster: RosterView
  readonly sum: Sum
  /** A device by its id, in the community of the subject. */
  readonly find: (community: string, id: string) => Source | null
}

export const createScene = (roster: RosterView, find: Scene['find'], subject: Subject): Scene => ({
  now: 0,
  subject,
  member: null,
  offsetMinutes: 0,
  roster,
  sum: emptySum(),
  find,
})

/** What the parts of an expression ask of whoever compiles it. */
export interface Asking {
  /** The number of a reading, noted as asked for. */
  reading(name: string, of: Scope | null): number
  /** The place of a window among those of its reading. */
  window(name: string, ms: number): number
  /** Time alone may change the answer. */
  needsClock(): void
  /** A question to the members of a scope, and the readings that they must have told. */
  asked<T>(scope: Scope, compile: () => T): { readonly of: T; readonly readings: number[] }
  flag(expr: FlagExpr): FlagOf
}

/** Who tells of an anomaly: the scene as it was asked last, and when that was, our time. */
export interface Telling {
  readonly scene: Scene
  readonly lookingAt: number
}

/** Numbers: NaN is unknown. */
export type NumberOf = (scene: Scene) => number
/** Flags: 0 false, 1 true, 2 unknown (Kleene). */
export type FlagOf = (scene: Scene) => 0 | 1 | 2

/**
 * A number of which only bounds may be known: five detectors of which one is silent are two or three
 * alarms. Where `low` and `high` are the same function the number is exact or unknown.
 */
export interface Bounds {
  readonly low: NumberOf
  readonly high: NumberOf
}

/** Reading of a member that may be asked: alive, and heard before. */
export function valueOf(scene: Scene, source: Source | null, reading: number): number {
  if (source === null || scene.now > source.aliveUntil) return Number.NaN
  const series = source.series[reading]
  return series === undefined ? Number.NaN : series.value
}

/** Those of the scope that have ever told all of `readings`. */
export function* membersOf(scene: Scene, scope: Scope, readings: readonly number[]) {
  const { subject } = scene
  for (const source of listed(scene, scope)) {
    if (scope.others && source === subject.source) continue
    if (scope.types !== null && !scope.types.includes(source.device.type)) continue
    if (readings.every((reading) => hasTold(source.series[reading]))) yield source
  }
}

const hasTold = (series: Series | undefined): boolean => series !== undefined && series.at > 0
const nobody: readonly Source[] = []

function listed(scene: Scene, scope: Scope): readonly Source[] {
  const { subject } = scene
  if (scope.id !== null) {
    const source = scene.find(subject.community, scope.id)
    return source === null ? nobody : [source]
  }
  if (scope.kind === subject.kind) return subject.members
  const near = subject.source ?? subject.members[0]
  return near?.groups[scope.kind]?.members ?? nobody
}
