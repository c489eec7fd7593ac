import { hourMs, secondMs } from '../../contracts/clock.ts'
import { limits } from '../../contracts/limits.ts'
import type { PeerLimits } from './peer.ts'
import type { RetainedLimits } from './retained-book.ts'
import type { SessionLimits } from './session-store.ts'

export interface TlsOptions {
  /** PEM. */
  readonly key: string
  readonly cert: string
  /** 0 means any free port. */
  readonly port: number
}

export interface EmbeddedBrokerLimits extends PeerLimits, SessionLimits, RetainedLimits {
  readonly connectionsMax: number
  readonly packetBytesMax: number
  /** A longer keep-alive, or none at all, is taken as this one, s. */
  readonly keepaliveMaxS: number
  /** From the TCP connection to CONNECT, ms. */
  readonly connectTimeoutMs: number
  /** A subscriber that reads nothing for so long is closed, ms. */
  readonly frozenAfterMs: number
  /** Bytes that wait for one slow subscriber; what comes on top is dropped for it and counted. */
  readonly outboundBytesMax: number
  readonly clientIdLengthMax: number
}

export interface EmbeddedBrokerOptions {
  /** 0 means any free port. */
  readonly port: number
  /** The address to listen on; plaintext goes off-loopback only with `plaintextOffLoopback`. */
  readonly host?: string
  readonly plaintextOffLoopback?: boolean
  readonly tls?: TlsOptions
  readonly limits?: Partial<EmbeddedBrokerLimits>
}

export const defaultLimits: EmbeddedBrokerLimits = {
  connectionsMax: 5_000,
  packetBytesMax: limits.packetBytesMax,
  keepaliveMaxS: 1_800,
  connectTimeoutMs: 10 * secondMs,
  frozenAfterMs: 5 * secondMs,
  outboundBytesMax: 1024 * 1024,
  clientIdLengthMax: 256,
  messagesPerSecondMax: 20_000,
  offencesPerMinuteMax: 1_000,
  sessionsMax: 10_000,
  messagesPerSessionMax: 1_000,
  bytesPerSessionMax: 4 * 1024 * 1024,
  sessionExpiryMs: 24 * hourMs,
  topicsMax: 50_000,
  bytesMax: 64 * 1024 * 1024,
}

/** The contract promises 5,000 messages a second to every device: no configuration goes below. */
export function withDefaults(given: Partial<EmbeddedBrokerLimits> = {}): EmbeddedBrokerLimits {
  const all = { ...defaultLimits, ...given }
  return {
    ...all,
    messagesPerSecondMax: Math.max(limits.messagesPerSecondFloor, all.messagesPerSecondMax),
  }
}
