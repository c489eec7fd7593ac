import { parseDeviceTopic } from '../../contracts/topics.ts'
import { withoutCode } from '../access/presented-code.ts'
import type { Done } from '../broker/broker.ts'
import { decode } from '../ingest/decode.ts'
import type { DeviceEventInput } from '../model/input.ts'
import type { LogRecord } from '../model/record.ts'

export interface EventIntake {
  /** As the broker's `record`; a card code or PIN never gets past it. */
  record(record: LogRecord, done: Done): void
  /** Hears every record before it is written. */
  onArrival(listener: (record: LogRecord) => void): void
  /**
   * Told of an event or an `ack` that could not be committed. The connection closes once an event has
   * settled; an `ack` has done all that it can do once its command has heard it, and the next unlock
   * needs that connection.
   */
  onRefused(listener: (event: DeviceEventInput) => Promise<void>): void
}

/** Time for a command to reach its device before the connection is closed on it, ms. */
const lastWordMs = 200

/**
 * What the durable log must not hold, and what must not wait for it: codes are replaced by their hash
 * before they are written, and a disk that takes nothing keeps no door shut.
 */
export function createEventIntake(
  commit: (record: LogRecord, done: Done) => void,
  /** Of this box: hashes codes and signs those of visitors. */
  passKey: string,
): EventIntake {
  let refused: ((event: DeviceEventInput) => Promise<void>) | null = null
  const arrivals: ((record: LogRecord) => void)[] = []

  const tell = async (record: LogRecord, error: Error, done: Done): Promise<void> => {
    for (const input of decode(record).inputs)
      if (input.kind === 'event') await refused?.(input).catch(() => undefined)
    if (record.topic.endsWith('/ack')) done(null)
    else setTimeout(done, lastWordMs, error)
  }

  return {
    record(given, done) {
      for (const hear of arrivals) hear(given)
      if (!given.topic.endsWith('/event') && !given.topic.endsWith('/ack')) {
        commit(given, done)
        return
      }
      const topic = parseDeviceTopic(given.topic)
      const record =
        topic?.leaf === 'event'
          ? { ...given, payload: withoutCode(topic.community, given.payload, passKey) }
          : given
      commit(record, (error) => {
        if (error === null) done(null)
        else void tell(record, error, done)
      })
    },
    onArrival: (listener) => void arrivals.push(listener),
    onRefused(listener) {
      refused = listener
    },
  }
}
