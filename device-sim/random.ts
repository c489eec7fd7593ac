/** A source of chance that gives the same numbers for the same seed, on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform in [min, max). */
  between(min: number, max: number): number
  /** Uniform integer in [min, max]. */
  integer(min: number, max: number): number
  pick<T>(items: readonly T[]): T
  chance(probability: number): boolean
  /** An independent source that depends on this one's seed and the name only, not on what was drawn. */
  fork(name: string): Random
}

/** FNV-1a, 32 bits: turns a name into a seed. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) {
    hash ^= text.charCodeAt(at)
    hash = Math.imul(hash, 0x01000193)
  }
  return hash >>> 0
}

/** mulberry32 (Tommy Ettinger, public domain): 32 bits of state, enough for a play, not for a secret. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const integer = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1))
  return {
    next,
    integer,
    between: (min, max) => min + next() * (max - min),
    pick(items) {
      const item = items[integer(0, items.length - 1)]
      if (item === undefined) throw new Error('invariant broken: pick from nothing')
      return item
    },
    chance: (probability) => next() < probability,
    fork: (name) => createRandom(hashText(`${seed >>> 0}/${name}`)),
  }
}
