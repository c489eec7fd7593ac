/**
 * One entry of the durable log: what the gateway was told (`publish`), what it found out by itself
 * (`fact`, JSON of a Fact), a change of the roster (`roster`, JSON of Roster or RosterChange), the
 * passing of time (`tick`), other rules (`rules`, the YAML text; `topic` says where they came from), or what an adapter made of a message or of time (`derived`, JSON of Input[];
 * written by the pipeline itself, before the record that it comes from). Replaying the log gives the same anomalies.
 */
export const recordKinds = ['publish', 'fact', 'roster', 'tick', 'derived', 'rules'] as const
export type RecordKind = (typeof recordKinds)[number]

/** Stands as the client of what an external broker delivered; `retain` then says "from its memory". */
export const externalClient = 'broker'

export interface LogRecord {
  readonly kind: RecordKind
  /** Our clock when it arrived, epoch ms. */
  readonly receivedAt: number
  /** MQTT topic of a `publish`; `shipped`, `file` or `set` of `rules`; else empty. */
  readonly topic: string
  /** Who said it: the credential's user name, or `gateway`. */
  readonly client: string
  readonly retain: boolean
  readonly payload: Uint8Array
}
