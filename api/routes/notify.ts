import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { CodedError } from '../../contracts/errors.ts'
import { PageQuery } from '../../contracts/http/lists.ts'
import {
  NotificationDetail,
  NotificationItem,
  NotificationQuery,
  NotificationsSeen,
  NotifyChannelItem,
  NotifyPreferences,
  NotifyTest,
} from '../../contracts/http/notify.ts'
import { listOf } from '../../contracts/http/system.ts'
import { screenChannel } from '../../contracts/notify.ts'
import { actorOf, seesCommunity } from '../auth/principal.ts'
import type { Db, Trx } from '../db/open.ts'
import { acknowledge } from '../notify/acknowledge.ts'
import { detailOf, findNotification, inboxOf, listNotifications } from '../notify/list.ts'
import type { NotificationRow } from '../notify/message-of.ts'
import { notify } from '../notify/notify.ts'
import { preferencesOf, savePreferences } from '../notify/preferences.ts'
import { markSeen } from '../notify/seen.ts'
import { whoIs } from '../plugins/access.ts'
import type { Services } from '../services.ts'
import { addTimeline } from '../tickets/record.ts'
import { communityFor } from './tickets.ts'

type Deps = Pick<
  Services,
  'db' | 'transact' | 'clock' | 'random' | 'notify' | 'outgoing' | 'community'
>
type App = Parameters<FastifyPluginAsyncTypebox>[0]
const readers = { access: { roles: ['admin', 'staff', 'supervisor'] } } as const
const people = { access: { roles: ['admin', 'staff', 'grid', 'unit', 'supervisor'] } } as const
const ById = Type.Object({ id: Type.String({ maxLength: 128 }) })

/** `/notifications`, `/notify`: what was told to whom, and how people want to be told. */
export const notifyRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    listRoutes(app, deps)
    seenRoute(app, deps)
    acknowledgeRoute(app, deps)
    preferenceRoutes(app, deps)
    channelRoutes(app, deps)
  }

function listRoutes(app: App, deps: Deps): void {
  app.get(
    '/notifications',
    {
      config: readers,
      schema: {
        summary: 'Messages with their receipts, newest first; addresses are masked',
        tags: ['notify'],
        querystring: NotificationQuery,
        response: { 200: listOf(NotificationItem) },
      },
    },
    async (request) => {
      const { limit = 50, ...filter } = request.query
      return listNotifications(deps.db, { limit, ...filter }, whoIs(request))
    },
  )
  app.get(
    '/notifications/inbox',
    {
      config: people,
      schema: {
        summary: 'What came to my own screen, newest first; `open`: alarms that nobody has in hand',
        tags: ['notify'],
        querystring: Type.Object({
          ...PageQuery.properties,
          open: Type.Optional(Type.Boolean()),
        }),
        response: { 200: listOf(NotificationItem) },
      },
    },
    async (request) => {
      const { limit = 50, ...filter } = request.query
      return inboxOf(deps.db, whoIs(request), { limit, ...filter })
    },
  )
  app.get(
    '/notifications/:id',
    {
      config: people,
      schema: {
        summary: 'One message with every try',
        tags: ['notify'],
        params: ById,
        response: { 200: NotificationDetail },
      },
    },
    async (request) => {
      const row = await messageFor(request, deps.db, request.params.id)
      return detailOf(deps.db, row, whoIs(request))
    },
  )
}

/** One's own message, or any of one's communities for who oversees them. */
async function messageFor(
  request: FastifyRequest,
  db: Db | Trx,
  id: string,
): Promise<NotificationRow> {
  const principal = whoIs(request)
  const row = await findNotification(db, id)
  const own = row?.person === `user:${principal.id}`
  const oversees = ['admin', 'staff', 'supervisor'].includes(principal.role ?? '')
  if (row === null || !(own || (oversees && seesCommunity(principal, row.community))))
    throw new CodedError('not-found', `notification ${id}`)
  return row
}

function seenRoute(app: App, deps: Deps): void {
  app.post(
    '/notifications/inbox/seen',
    {
      config: people,
      schema: {
        summary: 'These stood on my screen: their receipt is `delivered` from now on',
        tags: ['notify'],
        body: NotificationsSeen,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { id } = whoIs(request)
      await deps.transact((trx) => markSeen(trx, id, request.body.ids, deps.clock()))
      return reply.code(204).send(null)
    },
  )
}

function acknowledgeRoute(app: App, deps: Deps): void {
  app.post(
    '/notifications/:id/ack',
    {
      config: people,
      schema: {
        summary: 'I have it in hand: nothing of this incident is repeated any more',
        tags: ['notify'],
        params: ById,
        response: { 200: NotificationDetail },
      },
    },
    async (request) => {
      const principal = whoIs(request)
      const now = deps.clock()
      await deps.transact(async (trx) => {
        const row = await messageFor(request, trx, request.params.id)
        if (row.acknowledged_by !== null) return
        const by = { id: principal.id, name: principal.name, at: now }
        for (const incident of await incidentsOf(trx, row)) {
          await acknowledge(trx, incident, by)
          if (!incident.startsWith('tkt_')) continue
          const entry = { kind: 'acknowledged', actor: actorOf(principal), ts: now }
          await addTimeline(trx, deps, incident, entry)
        }
      })
      const row = await messageFor(request, deps.db, request.params.id)
      return detailOf(deps.db, row, principal)
    },
  )
}

/** A digest stands for all that it carries. */
async function incidentsOf(trx: Trx, row: NotificationRow): Promise<readonly string[]> {
  if (row.kind !== 'digest') return [row.incident]
  await trx
    .updateTable('notifications')
    .set({ state: 'acknowledged', next_at: null })
    .where('id', '=', row.id)
    .execute()
  const lines = await trx
    .selectFrom('notifications')
    .select('incident')
    .distinct()
    .where('digest', '=', row.id)
    .where('acknowledged_by', 'is', null)
    .limit(500)
    .execute()
  return lines.map(({ incident }) => incident)
}

function preferenceRoutes(app: App, deps: Deps): void {
  const { settings } = deps.notify
  app.get(
    '/notify/preferences',
    {
      config: people,
      schema: {
        summary: 'How I am told',
        tags: ['notify'],
        response: { 200: NotifyPreferences },
      },
    },
    async (request) => preferencesOf(deps.db, settings, whoIs(request).id),
  )
  app.put(
    '/notify/preferences',
    {
      config: people,
      schema: {
        summary: 'Say how I am told: channels by severity, quiet hours, gathering, language',
        tags: ['notify'],
        body: NotifyPreferences,
        response: { 200: NotifyPreferences },
      },
    },
    async (request) => {
      const { id } = whoIs(request)
      await deps.transact((trx) => savePreferences(trx, settings, id, request.body, deps.clock()))
      return preferencesOf(deps.db, settings, id)
    },
  )
}

function channelRoutes(app: App, deps: Deps): void {
  const { settings } = deps.notify
  const kinds = new Map<string, string>(settings.channels.map(({ name, kind }) => [name, kind]))
  app.get(
    '/notify/channels',
    {
      config: readers,
      schema: {
        summary: 'The channels, and how they do',
        tags: ['notify'],
        response: { 200: listOf(NotifyChannelItem) },
      },
    },
    async () => ({
      items: deps.outgoing.sender
        .lanes()
        .map((lane) => ({ ...lane, kind: kinds.get(lane.name) ?? lane.name })),
      next: null,
    }),
  )
  app.post(
    '/notify/test',
    {
      config: { access: { roles: ['admin', 'staff'] } },
      schema: {
        summary: 'Send a test message; its receipt is under the id',
        tags: ['notify'],
        body: NotifyTest,
        response: { 200: NotificationDetail },
      },
    },
    async (request) => {
      const principal = whoIs(request)
      const { channel } = request.body
      const known = [...settings.channels, ...settings.groups].some(({ name }) => name === channel)
      if (channel !== screenChannel && !known)
        throw new CodedError('request.invalid', `channel ${channel}`)
      const incident = `test-${Buffer.from(deps.random(8)).toString('hex')}`
      const ids = await deps.transact((trx) =>
        notify(trx, deps.notify, {
          incident,
          step: 'test',
          community: communityFor(principal, undefined, deps.community),
          severity: 'minor',
          kind: 'test',
          to: [
            channel === screenChannel
              ? { kind: 'user', id: principal.id }
              : { kind: 'group', channel },
          ],
          text: {
            title: { zh: '邻里测试消息', en: 'Linli test message' },
            body: {
              zh: `${principal.name} 发的测试，不用处理`,
              en: `A test by ${principal.name}; nothing to do`,
            },
          },
        }),
      )
      const row = ids[0] === undefined ? null : await findNotification(deps.db, ids[0])
      if (row === null) throw new CodedError('request.invalid', `${channel} reaches nobody now`)
      return detailOf(deps.db, row, principal)
    },
  )
}
