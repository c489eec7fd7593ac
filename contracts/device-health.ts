import Type, { type Static } from 'typebox'

const orNull = <T extends Parameters<typeof Type.Array>[0]>(schema: T) =>
  Type.Union([schema, Type.Null()])

/**
 * `silent`: longer without a word than is usual, not yet too long. `unknown`: never heard, or what it hangs
 * on is away. `unstable`: comes and goes.
 */
export const healthStates = ['online', 'silent', 'offline', 'unknown', 'unstable'] as const

/** How a device is, by what the box has heard of it. */
export const DeviceHealth = Type.Object({
  state: Type.Enum(healthStates),
  /** Since when it is down, epoch ms. */
  since: orNull(Type.Number()),
  /** Dedupe key of the anomaly that speaks for it and others of the same cause. */
  cause: orNull(Type.String()),
  /** Null for cameras: they have times of their own. */
  cadence: orNull(
    Type.Object({
      typicalMs: orNull(Type.Number()),
      /** Offline after so long without a word; null: may be silent for ever. */
      silentAfterMs: orNull(Type.Number()),
      source: Type.Enum(['declared', 'learned', 'default']),
    }),
  ),
  battery: orNull(
    Type.Object({
      percent: Type.Number(),
      /** Percent per day, below 0 while it empties; null while nobody can say. */
      perDay: orNull(Type.Number()),
      daysLeft: orNull(Type.Number()),
    }),
  ),
  /** Device time minus ours, ms; null while it sends no time, or too little. */
  clockOffsetMs: orNull(Type.Number()),
})
export type DeviceHealth = Static<typeof DeviceHealth>
