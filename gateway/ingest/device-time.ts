import { limits } from '../../contracts/limits.ts'

export interface DeviceTime {
  /** Epoch ms that the box works with. */
  readonly ts: number
  /** The device's clock was outside the bounds, so the receive time stands in `ts`. */
  readonly marked: boolean
}

/** Device time within the bounds of the contract, else the receive time, marked. */
export function deviceTime(sentTs: number, receivedAt: number): DeviceTime {
  const usable =
    sentTs >= receivedAt - limits.timestampPastMaxMs &&
    sentTs <= receivedAt + limits.timestampFutureMaxMs
  return usable ? { ts: Math.round(sentTs), marked: false } : { ts: receivedAt, marked: true }
}
