import type { EventEmitter } from 'node:events'
import type { Client, PublishPacket } from 'aedes'
import { limits } from '../../contracts/limits.ts'
import { levelCount } from './topic-filter.ts'

/** With fewer characters than this a topic cannot have too many levels. */
const shortest = limits.topicLevelsMax

/**
 * Looks at packets between parser and aedes, which closes the connection of a topic that is too deep;
 * a sensor with a strange topic shall be counted and stay. `refuse` sends the packet nowhere.
 */
export function tooDeep(client: Client, refuse: (packet: PublishPacket) => void): void {
  const parser = (client as unknown as { _parser: EventEmitter })._parser
  parser.prependListener('packet', (packet: PublishPacket) => {
    if (packet.cmd !== 'publish' || packet.topic.length < shortest) return
    if (levelCount(packet.topic) > limits.topicLevelsMax) refuse(packet)
  })
}
