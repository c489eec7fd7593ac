import type { AnomalyType, Evidence, Severity } from '../../contracts/anomaly.ts'
import type { GatewayEventType } from '../../contracts/events.ts'
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

/** More evidence for an anomaly that is open; nothing where it is not. It raises and ends nothing. */
export interface AddEffect {
  readonly kind: 'add'
  readonly key: string
  readonly at: number
  readonly evidence: readonly Evidence[]
}

/** Something that is no alarm, for the history and for those who act on it: goes up as an event of the gateway. */
export interface TellEffect {
  readonly kind: 'tell'
  readonly type: GatewayEventType
  readonly community: string
  readonly device: string | null
  /** Event time, epoch ms. */
  readonly at: number
  readonly data: Readonly<Record<string, unknown>>
}

/** What rules decide. */
export type Effect = RaiseEffect | ClearEffect
/** What an engine may decide that knows more than alarms. */
export type AnyEffect = Effect | AddEffect | TellEffect
