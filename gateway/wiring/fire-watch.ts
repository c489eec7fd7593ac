import { parseDeviceTopic } from '../../contracts/topics.ts'
import type { DeviceState } from '../../contracts/private-api.ts'
import { FireInputs, type FireReading } from '../access/fire-inputs.ts'
import { decode } from '../ingest/decode.ts'
import type { LogRecord } from '../model/record.ts'
import type { RosterView } from '../model/roster-view.ts'

type FireListener = (community: string, device: string, active: boolean) => void

/**
 * Hears readings of fire inputs before they are committed: a disk that takes nothing must not keep an exit
 * shut. Cheap for all other devices.
 */
export function createFireWatch(roster: RosterView, listener: FireListener) {
  const inputs = new FireInputs(roster)
  const hear = (reading: FireReading): void => {
    const active = inputs.reading(reading)
    if (active !== null) listener(reading.community, reading.device, active)
  }
  const arrived = (record: LogRecord): void => {
    if (!record.topic.endsWith('/telemetry')) return
    const topic = parseDeviceTopic(record.topic)
    if (topic === null || !inputs.isInput(topic.community, topic.device)) return
    if (roster.device(topic.community, topic.device)?.state !== 'approved') return
    for (const input of decode(record).inputs)
      if (input.kind === 'reading' && input.retained !== true) hear(input)
  }
  return {
    arrived,
    /** Devices of others: what they mean is known once their adapter has read them. */
    derived(readings: readonly FireReading[]): void {
      for (const reading of readings) hear(reading)
    },
    /** What devices last said before this start: a fire that stands goes on; what a broker remembers opens nothing. */
    resume(community: string, states: readonly DeviceState[], now: number): void {
      for (const { id: device, lastValues } of states)
        for (const [name, { ts, value, retained }] of Object.entries(lastValues))
          if (retained !== true) hear({ community, device, name, ts, value, receivedAt: now })
    },
  }
}
