/** mulberry32: even numbers in 0..1 from a seed, the same on every machine. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A normally distributed number, mean 0, deviation 1 (Box and Muller). */
export const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/** A direction in space: evenly over the sphere, length 1. */
export function unitVector(length: number, random: () => number): Float32Array {
  const vector = Float32Array.from({ length }, () => normal(random))
  const norm = Math.hypot(...vector)
  return vector.map((value) => value / norm)
}
