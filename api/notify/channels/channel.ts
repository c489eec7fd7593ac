import type { Severity } from '../../../contracts/anomaly.ts'
import type { Language, MessageKind } from '../../../contracts/notify.ts'

/** One message as it leaves, in the language of whom it is for. */
export interface Message {
  readonly id: string
  readonly incident: string
  readonly step: string
  readonly community: string
  readonly severity: Severity
  readonly kind: MessageKind
  readonly personName: string
  /** Phone, mail or device; null for robots. */
  readonly address: string | null
  readonly language: Language
  readonly title: string
  readonly body: string
  readonly link: string | null
  /** Epoch ms, when it was put on the queue. */
  readonly createdAt: number
  /** How late it is, ms; 0 where it is in time. */
  readonly lateMs: number
}

/**
 * What became of one try. `retry`: the link or the provider is the trouble, all of the channel waits.
 * `later`: this one message waits, the others go on. `failed`: it will never do.
 */
export type Outcome =
  | { readonly kind: 'sent' | 'delivered'; readonly detail: string }
  | { readonly kind: 'failed' | 'later'; readonly code: string; readonly detail: string }
  | {
      readonly kind: 'retry'
      readonly code: string
      readonly detail: string
      /** Where the provider says how long it stays shut. */
      readonly afterMs?: number
    }

/** At most `max` messages within `ms`. */
export interface Limit {
  readonly ms: number
  readonly max: number
}

export interface Channel {
  readonly limits: readonly Limit[]
  /** Never throws for what the other side does; bounded in time. */
  send(message: Message): Promise<Outcome>
  close(): Promise<void>
}
