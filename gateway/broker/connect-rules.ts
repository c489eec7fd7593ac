import type { Client, ConnectPacket } from 'aedes'
import type { EmbeddedBrokerLimits } from './broker-options.ts'

/** CONNACK, no session, return code 2 "identifier rejected" [MQTT-3.2]. */
const identifierRejected = Buffer.from([0x20, 0x02, 0x00, 0x02])

/**
 * aedes' `preConnect`: what it does not do itself. A kept session needs an identifier [MQTT-3.1.3-8],
 * identifiers have a bound, and every connection has a keep-alive, so that a dead one is noticed.
 */
export function preConnect(
  limits: EmbeddedBrokerLimits,
  client: Client,
  packet: ConnectPacket,
  done: (error: Error | null, success: boolean) => void,
): void {
  const { clientId, clean } = packet
  if ((clientId === '' && clean !== true) || clientId.length > limits.clientIdLengthMax) {
    client.conn.end(identifierRejected, () => done(new Error('identifier rejected'), false))
    return
  }
  const keepalive = packet.keepalive ?? 0
  if (keepalive === 0 || keepalive > limits.keepaliveMaxS) packet.keepalive = limits.keepaliveMaxS
  done(null, true)
}
