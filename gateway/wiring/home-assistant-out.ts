import { join } from 'node:path'
import type { AdapterConfig } from '../../config/adapter-schema.ts'
import type { Settings } from '../../config/env.ts'
import type { Broker } from '../broker/broker.ts'
import type { CameraHub } from '../cameras/camera-hub.ts'
import { boxConfig, boxState } from '../homeassistant/box-config.ts'
import {
  deviceConfig,
  deviceState,
  type Retained,
  type Seen,
} from '../homeassistant/device-config.ts'
import { Publisher, type PublisherOptions } from '../homeassistant/publisher.ts'
import { Told } from '../homeassistant/told.ts'
import { ToldFile } from '../homeassistant/told-file.ts'
import type { Logger } from '../model/logger.ts'
import type { RosterView } from '../model/roster-view.ts'
import type { Pipeline } from '../pipeline/client.ts'
import type { Overview } from '../pipeline/messages.ts'

const devicesMax = 1_000

export interface HomeAssistantOut {
  start(): void
  close(): Promise<void>
  stats(): Readonly<Record<string, number>>
}

export interface OutDeps {
  readonly broker: Pick<Broker, 'publish' | 'subscribe' | 'onConnected'>
  readonly pipeline: Pick<Pipeline, 'overview'>
  readonly book: RosterView
  readonly sight: { readonly hub: Pick<CameraHub, 'health'> }
  readonly settings: Pick<Settings, 'community' | 'home'>
  readonly config: { readonly adapters: Pick<AdapterConfig, 'homeassistant'> }
  readonly logger: Logger
}

/** What a Home Assistant on the same broker is told of this community; null where it never was told anything. */
export function createHomeAssistantOut(
  deps: OutDeps,
  pace: Omit<PublisherOptions, 'birthTopic'> = {},
): HomeAssistantOut | null {
  const { broker, pipeline, book, sight, logger, settings } = deps
  const { prefix, publish } = deps.config.adapters.homeassistant
  const { community } = settings
  const file = new ToldFile(join(settings.home, 'homeassistant-told.json'), logger)
  const topics = file.load()
  if (!publish && topics.length === 0) return null
  let over = 0
  const wanted = async (): Promise<readonly Retained[]> => {
    if (!publish) return []
    const overview = await pipeline.overview(community)
    const cameras = new Map(sight.hub.health().map(({ id, state }) => [id, state]))
    const all = ownDevices(book, community, overview, cameras)
    over = Math.max(0, all.length - devicesMax)
    return [
      boxConfig(prefix, community),
      boxState(community, overview.open),
      ...all
        .slice(0, devicesMax)
        .flatMap((seen) => [deviceConfig(prefix, seen), deviceState(seen)]),
    ]
  }
  const publisher = new Publisher(
    {
      broker,
      wanted,
      told: new Told(topics),
      save: (now) => file.save(now),
      random: Math.random,
      logger,
    },
    { ...pace, birthTopic: publish ? `${prefix}/status` : null },
  )
  return {
    start: () => publisher.start(),
    close: () => publisher.close(),
    stats: () => ({
      'homeassistant.devices-over': over,
      'homeassistant.publish-failed': publisher.stats.failed,
    }),
  }
}

/** Approved, of this community, and not brought in by an adapter; in order, so that a bound takes the same ones each time. */
function ownDevices(
  roster: RosterView,
  community: string,
  { devices, foreign }: Overview,
  cameras: ReadonlyMap<string, string>,
): Seen[] {
  const states = new Map(devices.map((state) => [state.id, state]))
  const others = new Set(foreign)
  return [...roster.devices()]
    .filter(
      ({ id, community: of, state }) => of === community && state === 'approved' && !others.has(id),
    )
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((device) => ({
      device,
      people:
        device.household === null
          ? []
          : roster
              .residentsOf(device.household)
              .flatMap(({ name, honorific }) => [name, honorific]),
      state: states.get(device.id) ?? null,
      camera: device.camera === null ? null : (cameras.get(device.id) ?? 'waiting'),
    }))
}
