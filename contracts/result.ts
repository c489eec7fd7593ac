/** An expected refusal is a value; a broken invariant throws. */
export type Result<T, E> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E }

export const ok = <T>(value: T): Result<T, never> => ({ ok: true, value })
export const err = <E>(error: E): Result<never, E> => ({ ok: false, error })

/** Throws when an invariant of ours is broken; never for bad input. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${message}`)
}

/** The `default` of an exhaustive switch: the compiler proves that it is never reached. */
export function exhausted(value: never): never {
  throw new Error(`invariant broken: unexpected ${JSON.stringify(value)}`)
}
