import type { Limit } from './channels/channel.ts'

/** How often one channel may send. Counts what was sent; nothing is sent that a provider would refuse. */
export interface Pace {
  /** From when on one more may go. */
  freeAt(now: number): number
  sent(at: number): void
}

export function createPace(limits: readonly Limit[]): Pace {
  const most = Math.max(1, ...limits.map(({ max }) => max))
  let times: number[] = []
  return {
    freeAt: (now) =>
      Math.max(
        now,
        ...limits.map(({ ms, max }) => {
          const blocking = times.at(-max)
          return blocking === undefined ? now : blocking + ms
        }),
      ),
    sent(at) {
      times.push(at)
      if (times.length > most) times = times.slice(-most)
    },
  }
}
