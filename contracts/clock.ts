/** Epoch milliseconds. Injected everywhere; only the two `main.ts` files pass `Date.now`. */
export type Clock = () => number

export const secondMs = 1_000
export const minuteMs = 60 * secondMs
export const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs
