import type { NotifySettings } from '../../config/notify-schema.ts'
import { dayMs } from '../../contracts/clock.ts'
import { deviceChannel } from '../../contracts/notify.ts'
import { BroadcastAnnouncer } from '../broadcast/announcer.ts'
import type { Speech } from '../broadcast/speech.ts'
import type { Db } from '../db/open.ts'
import { buildChannels } from './channels/build.ts'
import { createDeviceChannel, type DeviceChannelDeps } from './channels/device.ts'
import { defaultNotify } from './default-settings.ts'
import { type FollowDeps, followTickets, isBehind } from './follow-tickets.ts'
import type { LaneDeps } from './lane.ts'
import type { NotifyDeps } from './notify.ts'
import { NotifySender } from './sender.ts'
import { createWallClock } from './wall-clock.ts'

export interface Outgoing {
  readonly deps: NotifyDeps
  readonly sender: NotifySender
  readonly announcer: BroadcastAnnouncer
  start(): Promise<void>
  close(): Promise<void>
  /** Deletes what is past its time; says how many rows went. */
  sweep(): Promise<number>
}

export interface OutgoingDeps extends Omit<LaneDeps, 'settings'> {
  readonly gateway: DeviceChannelDeps['gateway']
  readonly speech: Speech
}

/** All of notifying: the way onto the queue, and what drains it. */
export function createOutgoing(
  parts: OutgoingDeps,
  options: {
    readonly notify?: NotifySettings
    readonly timeZone: string
    readonly climbs: FollowDeps['climbs']
  },
): Outgoing {
  const { clock, random, db, transact, gateway, speech } = parts
  const { voice } = speech
  const { notify: settings = defaultNotify, timeZone, climbs } = options
  const wall = createWallClock(timeZone)
  const deps: NotifyDeps = { clock, random, settings, wall, depth: () => sender.depth }
  const channels = buildChannels(settings, { clock })
  channels.set(deviceChannel, createDeviceChannel({ db, gateway, voice }))
  const sender = new NotifySender({
    ...parts,
    settings,
    wall,
    channels,
    follow: async () =>
      (await isBehind(db)) ? transact((trx) => followTickets(trx, { ...deps, climbs })) : false,
  })
  const { quietHours } = settings
  const announcer = new BroadcastAnnouncer({ ...parts, wall, quietHours, voice })
  return {
    deps,
    sender,
    announcer,
    async start() {
      await sender.start()
      announcer.start()
    },
    async close() {
      speech.close()
      await announcer.close()
      await sender.close()
    },
    sweep: () => sweep(db, clock() - settings.keepDays * dayMs),
  }
}

async function sweep(db: Db, before: number): Promise<number> {
  const attempts = await db
    .deleteFrom('notification_attempts')
    .where('at', '<', before)
    .executeTakeFirst()
  const messages = await db
    .deleteFrom('notifications')
    .where('created_at', '<', before)
    .where('next_at', 'is', null)
    .executeTakeFirst()
  return Number(attempts.numDeletedRows + messages.numDeletedRows)
}
