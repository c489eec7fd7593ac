import type { AdapterConfig } from '../../../config/adapter-schema.ts'
import type { Adapter } from './adapter.ts'
import { Frigate } from './frigate/adapter.ts'
import { HomeAssistantAdapter } from './homeassistant/homeassistant.ts'
import { isOwnAnnouncement } from './homeassistant/own-topics.ts'
import { Onvif } from './onvif/adapter.ts'
import { Shelly } from './shelly/adapter.ts'
import { Tasmota } from './tasmota/adapter.ts'
import { ThingsBoard } from './thingsboard/adapter.ts'
import { Zigbee2mqtt } from './zigbee2mqtt/adapter.ts'

/**
 * The adapters of one community, the most specific first: where two of them know one device, the first
 * has it and the other's word for it is dropped and counted.
 */
export function createAdapters(config: AdapterConfig, community: string): readonly Adapter[] {
  const { homeassistant, zigbee2mqtt, tasmota, frigate, onvif, shelly, thingsboard } = config
  const { prefix, publish: births } = homeassistant
  return [
    ...zigbee2mqtt.map(({ base }) => new Zigbee2mqtt(base)),
    ...(tasmota.enabled ? [new Tasmota(tasmota.discovery)] : []),
    ...frigate.map((options) => new Frigate({ ...options, community })),
    ...(onvif.length > 0 ? [new Onvif(onvif.map((each) => each.prefix))] : []),
    ...(shelly.enabled ? [new Shelly()] : []),
    ...(thingsboard.enabled ? [new ThingsBoard()] : []),
    ...(homeassistant.enabled
      ? [
          new HomeAssistantAdapter({
            community,
            prefix,
            ownTopic: isOwnAnnouncement(prefix),
            births,
          }),
        ]
      : []),
  ]
}
