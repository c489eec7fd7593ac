import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { GatewayEventBatch, type GatewayEvent, type StreamEvent } from '../../contracts/events.ts'
import { limits } from '../../contracts/limits.ts'
import { Roster, type RosterChange } from '../../contracts/roster.ts'
import type { Trx } from '../db/open.ts'
import { noteGone, noteSeen } from '../devices/announced.ts'
import { emit } from '../events/emit.ts'
import { storeEvents } from '../events/history.ts'
import { endReturned } from '../people/care.ts'
import { readRoster } from '../roster/whole.ts'
import type { Services } from '../services.ts'

const boxes = { access: { roles: ['gateway'] } } as const

/** Which events of the box the web page hears of at once; the rest is history only. */
const streamed: Readonly<Record<string, StreamEvent>> = {
  sighting: 'sighting',
  'device.status': 'device',
  'camera.state': 'device',
}

/** `/gateway`: for boxes, with the service token or a key of scope `gateway`. */
export const gatewayRoutes =
  (
    deps: Pick<Services, 'db' | 'transact' | 'clock' | 'push' | 'metrics' | 'accessRules'>,
  ): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/gateway/roster',
      {
        config: boxes,
        schema: { summary: 'The whole roster', tags: ['gateway'], response: { 200: Roster } },
      },
      () => readRoster(deps.db, deps.clock()),
    )
    app.post(
      '/gateway/events',
      {
        config: boxes,
        bodyLimit: limits.gatewayBodyBytesMax,
        schema: {
          summary: 'Events for the history; idempotent by id',
          tags: ['gateway'],
          body: GatewayEventBatch,
          response: { 200: Type.Object({ stored: Type.Integer(), duplicates: Type.Integer() }) },
        },
      },
      async (request) => {
        const { events } = request.body
        const now = deps.clock()
        const { fresh, changes, refused } = await deps.transact(async (trx) => {
          const fresh = await storeEvents(trx, events, now)
          for (const event of fresh) await show(trx, event, now)
          const noted = []
          const returned: RosterChange[] = []
          for (const event of fresh) {
            if (event.type === 'device.seen')
              noted.push(await noteSeen(trx, event, deps.accessRules, now))
            else if (event.type === 'device.gone') noted.push(await noteGone(trx, event, now))
            else if (event.type === 'care.returned') {
              const change = await endReturned(trx, event, now)
              if (change !== null) returned.push(change)
            }
          }
          const changes = noted.flatMap((each) => (typeof each === 'string' ? [] : [each.change]))
          const refused = noted.filter((each) => each === 'refused').length
          return { fresh, changes: [...changes, ...returned], refused }
        })
        if (refused > 0) deps.metrics.dropped.inc({ what: 'device.seen' }, refused)
        // Not awaited: the box is waiting for this very answer. The pusher keeps what fails.
        for (const change of changes) void deps.push(change)
        return { stored: fresh.length, duplicates: events.length - fresh.length }
      },
    )
  }

async function show(trx: Trx, event: GatewayEvent, now: number): Promise<void> {
  const name = streamed[event.type]
  if (name === undefined) return
  const { community, device, type, ts, data } = event
  await emit(trx, {
    name,
    ts: now,
    community,
    unit: null,
    data: { device, community, type, ts, ...data },
  })
}
