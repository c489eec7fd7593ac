import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { secondMs } from '../../contracts/clock.ts'
import { createReplayDesk } from '../backtest/desk.ts'
import { createMetrics } from '../http/metrics.ts'
import { createPrivateApp } from '../http/private-app.ts'
import type { FaceEntry } from '../model/access.ts'
import { deviceEvent, followCommitted } from './committed.ts'
import { createEntrances, type Entrances } from './doors.ts'
import { createFaces } from './faces.ts'
import { createFireWatch } from './fire-watch.ts'
import { createForeignWatch } from './foreign.ts'
import { createHealth } from './health.ts'
import { createLanAlarm } from './lan-alarm.ts'
import { measureLoopDelay } from './loop-delay.ts'
import { createParts, type GatewayInputs, type Parts } from './parts.ts'
import { privateAccess } from './private-access.ts'
import { followRulesFile } from './rules-file.ts'
import { privateDevices } from './private-devices.ts'
import { createRosterSync, type RosterSync } from './roster-sync.ts'
import { createSender } from './sender.ts'

export interface Gateway {
  /** Resolves once broker and private interface listen; models, players and roster follow by themselves. */
  start(): Promise<void>
  /** What is under way is finished: nothing acknowledged waits in memory afterwards. */
  close(): Promise<void>
}

/** Builds the parts and ties them to each other. No part knows another; they meet here. */
export function createGateway(inputs: GatewayInputs): Gateway {
  const { settings, clock } = inputs
  mkdirSync(settings.home, { recursive: true, mode: 0o700 })
  const stopping = new AbortController()
  const parts = createParts(inputs)
  const { pipeline, broker, sight, announcer } = parts
  const entrances = createEntrances(parts)
  const { commands, doors, barriers } = entrances
  const faces = createFaces(parts, doors)
  const fire = watchAll(parts, entrances, faces)
  const sender = createSender(parts)
  const rosterSync = followRoster(parts, faces, sender, stopping.signal)
  const loopDelay = measureLoopDelay(10 * secondMs)
  const health = createHealth({
    ...parts,
    ...sight,
    ...entrances,
    faces,
    sender,
    loopDelay,
    startedAt: clock(),
  })
  const replay = createReplayDesk({
    file: join(settings.home, 'gateway.db'),
    inForce: () => inputs.rules,
  })
  const app = createPrivateApp({
    serviceToken: settings.serviceToken,
    health,
    metrics: createMetrics(health),
    roster: rosterSync,
    devices: privateDevices({ pipeline, commands, clock, community: settings.community }),
    cameras: sight.hub,
    live: sight.live,
    access: privateAccess({ faces, doors, barriers, roster: parts.book }),
    replay,
    rules: parts.rulesDesk,
    photos: { redact: sight.pool.redact },
  })
  parts.eventIntake.onRefused((event) =>
    deviceEvent({ commands, doors, barriers, roster: parts.book }, event),
  )
  pipeline.onCommitted(afterCommit(parts, entrances, fire, sender))
  let stopWatching: (() => void) | null = null
  return {
    async start() {
      await open(parts, app, entrances, faces)
      for (const community of communitiesOf(parts.book))
        fire.resume(community, await pipeline.deviceStates(community), clock())
      sender.start()
      stopWatching = followRulesFile(parts)
      pull(parts, rosterSync, stopping.signal)
    },
    async close() {
      stopping.abort()
      stopWatching?.()
      await announcer.status('offline')
      await app.close()
      await replay.close()
      await entrances.close()
      await faces?.close()
      await parts.homeAssistant?.close()
      await broker.close()
      await sight.close()
      await sender.stop(AbortSignal.timeout(2 * secondMs))
      await pipeline.close()
      loopDelay.close()
    },
  }
}

function afterCommit(
  parts: Parts,
  { commands, doors, barriers }: Entrances,
  fire: ReturnType<typeof createFireWatch>,
  sender: { wake(): void },
): ReturnType<typeof followCommitted> {
  const { sight, broker, announcer, book, logger } = parts
  return followCommitted({
    commands,
    doors,
    barriers,
    roster: book,
    clips: sight.clips,
    evidence: sight.evidence,
    fire: (readings) => fire.derived(readings),
    broker,
    announce: (event) => announcer.event(event),
    alarm: createLanAlarm(parts, commands),
    wake: () => sender.wake(),
    logger,
  })
}

function followRoster(
  parts: Parts,
  faces: FaceEntry | null,
  sender: { retryNow(): void },
  signal: AbortSignal,
): RosterSync {
  const { book, pipeline, broker, sight, settings, logger } = parts
  return createRosterSync({
    book,
    commit: (change) => pipeline.recordRoster(change),
    fetchWhole: () => fetchRoster(settings, signal),
    async changed() {
      broker.dropRevoked()
      await sight.sources.refresh()
      await faces?.reconcile()
      // A change of the roster is a sign of life of the api.
      sender.retryNow()
    },
    random: Math.random,
    logger,
  })
}

const communitiesOf = (book: Parts['book']): ReadonlySet<string> =>
  new Set([...book.devices()].map(({ community }) => community))

/** Who hears what before or beside the log: faces and plates of each look, fire, and devices of others. */
function watchAll(parts: Parts, entrances: Entrances, faces: FaceEntry | null) {
  const { sight, eventIntake, book, settings, logger } = parts
  const { doors, barriers, actuator } = entrances
  if (faces !== null) sight.follow((look) => faces.looked(look))
  sight.follow((look) => barriers.looked(look))
  const fire = createFireWatch(book, (community, device, active) => {
    logger.warn({ community, device, active }, 'fire input')
    doors.fire(community, device, active)
    barriers.fire(community, device, active)
  })
  eventIntake.onArrival(fire.arrived)
  eventIntake.onArrival(
    createForeignWatch({
      community: settings.community,
      roster: book,
      actuator,
      doors,
      barriers,
      logger,
    }),
  )
  return fire
}

async function open(
  parts: Parts,
  app: FastifyInstance,
  entrances: Entrances,
  faces: FaceEntry | null,
): Promise<void> {
  const { pipeline, book, sight, broker, announcer, homeAssistant, settings } = parts
  const restored = await pipeline.start()
  book.replace(restored.roster)
  await parts.rulesDesk.start(restored.rules)
  entrances.restore(restored.entrances)
  await faces?.start()
  await sight.start()
  broker.want(restored.wants)
  homeAssistant?.start()
  await broker.start()
  await app.listen({ host: '127.0.0.1', port: settings.gatewayPort })
  await announcer.status('online')
  sight.openEyes()
}

function pull({ logger }: Parts, rosterSync: RosterSync, signal: AbortSignal): void {
  rosterSync.pull(signal).catch((error: unknown) => {
    logger.error({ error: String(error) }, 'roster could not be taken over')
  })
}

async function fetchRoster(
  settings: GatewayInputs['settings'],
  signal: AbortSignal,
): Promise<unknown> {
  const answer = await fetch(`${settings.apiUrl}/api/v1/gateway/roster`, {
    headers: { authorization: `Bearer ${settings.serviceToken}` },
    signal: AbortSignal.any([signal, AbortSignal.timeout(10 * secondMs)]),
  })
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`)
  return answer.json()
}
