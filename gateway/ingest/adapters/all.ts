import type { AdapterConfig } from '../../../config/adapter-schema.ts'
import type { Adapter } from './adapter.ts'
import { HomeAssistantAdapter } from './homeassistant/homeassistant.ts'
import { isOwnAnnouncement } from './homeassistant/own-topics.ts'

/**
 * The adapters of one community, the most specific first: where two of them know one device, the first
 * has it and the other's word for it is dropped and counted.
 */
export function createAdapters(config: AdapterConfig, community: string): readonly Adapter[] {
  const { homeassistant } = config
  const { prefix } = homeassistant
  const adapters: Adapter[] = []
  if (homeassistant.enabled)
    adapters.push(
      new HomeAssistantAdapter({ community, prefix, ownTopic: isOwnAnnouncement(prefix) }),
    )
  return adapters
}
