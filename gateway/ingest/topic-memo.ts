import { type DeviceTopic, parseDeviceTopic } from '../../contracts/topics.ts'

const topicsMax = 20_000

/** parseDeviceTopic that remembers, within a bound. */
export function createTopicMemo(): (topic: string) => DeviceTopic | null {
  let known = new Map<string, DeviceTopic | null>()
  return (topic) => {
    const found = known.get(topic)
    if (found !== undefined) return found
    if (known.size >= topicsMax) known = new Map()
    const parsed = parseDeviceTopic(topic)
    known.set(topic, parsed)
    return parsed
  }
}
