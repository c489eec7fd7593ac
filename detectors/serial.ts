/**
 * One at a time, in the order of the calls: a detector fills one input tensor, so a second call must
 * not touch it before the first has run. A failed call does not stop those behind it.
 */
export function createSerial(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work, work)
    last = mine.catch(() => null)
    return mine
  }
}
