import type { AnomalyType } from '../../contracts/anomaly.ts'
import { secondMs } from '../../contracts/clock.ts'
import type { Values } from '../devices/measure.ts'
import type { SceneName } from '../frames/scene.ts'
import { stagedAt } from './truth.ts'

/** One thing that the play does. */
export type Action =
  | { readonly kind: 'hold'; readonly device: string; readonly values: Values }
  | { readonly kind: 'notice'; readonly device: string; readonly values: Values }
  | { readonly kind: 'release'; readonly device: string; readonly values: Values }
  | { readonly kind: 'remember'; readonly device: string }
  | { readonly kind: 'redeliver'; readonly device: string }
  | { readonly kind: 'cut'; readonly device: string }
  | { readonly kind: 'show'; readonly camera: string; readonly scene: SceneName }
  | { readonly kind: 'mute'; readonly camera: string }
  | { readonly kind: 'present'; readonly terminal: string; readonly card: string }
  | { readonly kind: 'show-code'; readonly terminal: string }

export interface Step {
  /** From the start of the play, ms. */
  readonly atMs: number
  readonly action: Action
  /** The staged anomaly, passage or trap that it belongs to: played only where that is in the list of the run. */
  readonly of: string | null
}

export const at = (seconds: number, action: Action, of: string | null = null): Step => ({
  atMs: seconds * secondMs,
  action,
  of,
})

/** The one step that causes an anomaly, at its staged time. */
export const cause = (type: AnomalyType, about: string, action: Action): Step =>
  at(stagedAt(type, about) / secondMs, action, `${type}/${about}`)

/** Holds a value from its staged time, tells it again every `everySeconds`, and lets go at the end. */
export function alarm(
  type: AnomalyType,
  device: string,
  values: Values,
  rest: Values,
  lastsSeconds: number,
  everySeconds = lastsSeconds,
): readonly Step[] {
  const start = stagedAt(type, device) / secondMs
  const of = `${type}/${device}`
  const steps = [at(start, { kind: 'hold', device, values }, of)]
  for (let after = everySeconds; after < lastsSeconds; after += everySeconds)
    steps.push(at(start + after, { kind: 'notice', device, values }, of))
  steps.push(at(start + lastsSeconds, { kind: 'release', device, values: rest }, of))
  return steps
}
