import { parseDeviceTopic } from '../../contracts/topics.ts'
import { FireInputs } from '../access/fire-inputs.ts'
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
  return (record: LogRecord): void => {
    if (!record.topic.endsWith('/telemetry')) return
    const topic = parseDeviceTopic(record.topic)
    if (topic === null || !inputs.isInput(topic.community, topic.device)) return
    if (roster.device(topic.community, topic.device)?.state !== 'approved') return
    for (const input of decode(record).inputs) {
      if (input.kind !== 'reading') continue
      const active = inputs.reading(input)
      if (active !== null) listener(input.community, input.device, active)
    }
  }
}
