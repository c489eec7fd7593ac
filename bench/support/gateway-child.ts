import { loadShippedRules } from '../../config/rules.ts'
import { createEmbeddedBroker } from '../../gateway/broker/embedded-broker.ts'
import type { Logger } from '../../gateway/model/logger.ts'
import { RosterBook } from '../../gateway/model/roster-book.ts'
import { createPipeline } from '../../gateway/pipeline/client.ts'
import { benchRoster } from './bench-roster.ts'
import { answerParent, childSettings } from './child.ts'
import { LoopDelay } from './loop-delay.ts'

/**
 * Broker and pipeline of the gateway in a process of their own, wired as gateway/main.ts wires them,
 * with the shipped rules and durable commits; cameras and HTTP are left out.
 */
export interface GatewaySettings {
  /** Folder of gateway.db. */
  readonly folder: string
  readonly devices: number
  readonly port?: number
}

const settings = childSettings<GatewaySettings>()
const say =
  (level: string) =>
  (fields: object, message: string): void =>
    void process.stderr.write(`${level} ${message} ${JSON.stringify(fields)}\n`)
const logger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: say('warn'),
  error: say('error'),
}
const pipeline = createPipeline({
  file: `${settings.folder}/gateway.db`,
  rules: loadShippedRules(),
  clock: Date.now,
  logger,
})
const restored = await pipeline.start()
const roster = new RosterBook()
if (restored.roster.version === 0) {
  const all = benchRoster(settings.devices)
  await pipeline.recordRoster(all)
  roster.replace(all)
} else roster.replace(restored.roster)
const broker = createEmbeddedBroker(
  {
    roster,
    record: (record, done) => pipeline.record(record, done),
    onFrame: () => undefined,
    onQuarantine: (message) => pipeline.quarantine(message),
    clock: Date.now,
    logger,
    retained: pipeline.retained,
    firstSeen: pipeline.firstSeen,
  },
  { port: settings.port ?? 0 },
)
const delay = new LoopDelay()

export type GatewayQuestion =
  | { readonly ask: 'delay-start' | 'delay' | 'stats' | 'close' }
  | { readonly ask: 'telemetry'; readonly device: string; readonly community: string }

answerParent(async (message: GatewayQuestion) => {
  switch (message.ask) {
    case 'delay-start':
      delay.start()
      return null
    case 'delay':
      return delay.p99Ms()
    case 'stats':
      return { ...(await pipeline.stats()), broker: broker.stats(), cpu: process.cpuUsage() }
    case 'telemetry':
      return pipeline.telemetry({ ...message, reading: 'temperature', from: 0, to: 2 ** 45 })
    case 'close':
      await broker.close()
      await pipeline.close()
      return null
  }
})
process.send?.({ port: (await broker.start()).port })
