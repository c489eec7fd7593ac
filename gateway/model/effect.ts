import type { AnomalyType, Evidence, Severity } from '../../contracts/anomaly.ts'
import type { Place, Subject } from '../../contracts/place.ts'
import type { LocalText } from '../../contracts/text.ts'

/** What rules and care decide. They do nothing themselves; the pipeline turns effects into outbox rows. */
export interface RaiseEffect {
  readonly kind: 'raise'
  readonly type: AnomalyType
  /** Dedupe key: while it is open, another raise with it is a repeat. */
  readonly key: string
  readonly severity: Severity
  readonly community: string
  readonly device: string | null
  readonly place: Place | null
  readonly subject: Subject | null
  readonly title: LocalText
  readonly description: LocalText
  /** Event time at which the condition became an anomaly, epoch ms. */
  readonly at: number
  readonly rule: { readonly id: string; readonly version: string }
  readonly evidence: readonly Evidence[]
}

export interface ClearEffect {
  readonly kind: 'clear'
  readonly key: string
  readonly at: number
  readonly reason: LocalText
  /** The ticket may close by itself: the person has been seen. */
  readonly resolves: boolean
  readonly evidence: readonly Evidence[]
}

/** More evidence for an anomaly that is open; nothing where it is not. Engines never say it: a clip is made after them. */
export interface AddEffect {
  readonly kind: 'add'
  readonly key: string
  readonly at: number
  readonly evidence: readonly Evidence[]
}

/** What engines decide. */
export type Effect = RaiseEffect | ClearEffect
