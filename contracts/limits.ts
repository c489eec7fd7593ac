import { dayMs, minuteMs } from './clock.ts'

/** Bounds that both sides of an interface must know. Each is counted where it bites. */
export const limits = {
  frameBytesMax: 4 * 1024 * 1024,
  framePixelsMax: 25_000_000,
  /** A payload on any leaf but `frame`. */
  payloadBytesMax: 256 * 1024,
  /** Above this the connection is closed: it is not read into memory. */
  packetBytesMax: 8 * 1024 * 1024,
  topicLevelsMax: 16,
  readingsPerMessageMax: 1_000,
  valuesPerReadingMax: 64,
  timestampPastMaxMs: 7 * dayMs,
  timestampFutureMaxMs: 5 * minuteMs,
  messagesPerSecondFloor: 5_000,
  listMax: 1_000,
  telemetryPointsMax: 50_000,
  evidencePerTicketMax: 200,
  photosPerVisitMax: 4,
  /** An MP4 of some seconds before and after an anomaly. */
  clipBytesMax: 32 * 1024 * 1024,
  clipFramesMax: 600,
  /** JSON that a box sends up: 1,000 events, or an anomaly with all its evidence. */
  gatewayBodyBytesMax: 8 * 1024 * 1024,
  /** A rules file; the shipped one is a fiftieth of it. */
  rulesBytesMax: 1024 * 1024,
} as const
