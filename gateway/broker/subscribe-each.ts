import type { MqttClient } from 'mqtt'

interface Suback {
  readonly granted: readonly number[]
}

const refused = (code: number | undefined): boolean => ((code ?? 0) & 0x80) !== 0

/**
 * Subscribes to all filters in one packet; returns those that the broker's access list refuses, and throws
 * where the packet was not answered [MQTT-3.9.3]. The others stand: one refusal must not deafen us.
 */
export function subscribeEach(
  client: MqttClient,
  filters: readonly string[],
  qos: 0 | 1,
): Promise<string[]> {
  if (filters.length === 0) return Promise.resolve([])
  return new Promise((resolve, reject) => {
    client.subscribe([...filters], { qos }, (error, _grants, packet) => {
      const granted = (packet as Suback | undefined)?.granted
      if (granted === undefined) reject(error ?? new Error('no SUBACK'))
      else resolve(filters.filter((_, position) => refused(granted[position])))
    })
  })
}
