import type { Waiting } from '../../model/due-heap.ts'
import type { CompiledRule } from './compiled-rule.ts'
import type { Subject } from './source.ts'

export type WatchPhase = 'idle' | 'pending' | 'active' | 'clearing'

/** The state of one expression rule about one subject. */
export class Watch implements Waiting {
  rule: CompiledRule
  readonly subject: Subject
  readonly key: string
  dueAt: number | null = null
  phase: WatchPhase = 'idle'
  /** Event time at which the condition, or in `clearing` its end, began. */
  since = 0
  /** When the duration has passed by our clock; null while none runs. */
  ripeAt: number | null = null
  /** When it is looked at next because time alone may change it. */
  lookAt: number | null = null
  /** Version of the rule that began what stands. */
  tag = ''

  constructor(rule: CompiledRule, subject: Subject) {
    this.rule = rule
    this.subject = subject
    const { kind, community, id } = subject
    this.key = `rules/x/watch/${community}/${rule.rule.id}/${kind}/${id}`
  }

  get anomalyKey(): string {
    const { kind, community, id } = this.subject
    return anomalyKeyOf(this.rule.rule.anomaly, community, kind, id)
  }
}

/** Dedupe key: of a device as other rules have it, so that two rules may speak of one anomaly. */
export const anomalyKeyOf = (
  anomaly: string,
  community: string,
  kind: string,
  id: string,
): string =>
  kind === 'device'
    ? `${anomaly}:${community}:${id}`
    : `${anomaly}:${community}:${kind}/${id}`.slice(0, 256)
