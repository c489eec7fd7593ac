import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { CodedError } from '../../contracts/errors.ts'
import {
  Duty,
  DutyCreate,
  DutyQuery,
  Responsible,
  ResponsibleQuery,
} from '../../contracts/http/duties.ts'
import { listOf } from '../../contracts/http/system.ts'
import { type Principal, actorOf } from '../auth/principal.ts'
import type { Db } from '../db/open.ts'
import { dutyOf, endDuty, responsibleFor, writeDuty } from '../org/duties.ts'
import type { DutyRow } from '../org/responsible.ts'
import { communitiesOf } from '../org/tree.ts'
import { decodeCursor, pageOf } from '../pages.ts'
import { whoIs } from '../plugins/access.ts'
import type { Services } from '../services.ts'
import { knowsUnit } from './org.ts'
import { communityFor } from './tickets.ts'

type Deps = Pick<
  Services,
  'db' | 'transact' | 'clock' | 'random' | 'org' | 'categories' | 'community' | 'logAccess'
>
type App = Parameters<FastifyPluginAsyncTypebox>[0]

const workers = ['admin', 'staff', 'grid', 'unit', 'supervisor'] as const
const readers = { access: { roles: workers, scopes: ['read'] } } as const
const writers = { access: { roles: ['admin', 'supervisor'] } } as const

/** `/duties`: who answers for what, where, from when. */
export const dutyRoutes =
  (deps: Deps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/duties',
      {
        config: readers,
        schema: {
          summary: 'The duty list as it is, as it was at a time, or all of its history',
          tags: ['org'],
          querystring: DutyQuery,
          response: { 200: listOf(Duty) },
        },
      },
      async (request) => {
        const { limit = 50, ...rest } = request.query
        const rows = await readDuties(deps.db, { limit, ...rest }, deps.clock())
        const page = pageOf(
          rows,
          limit,
          (row) => [row.id],
          (row) => row,
        )
        const principal = whoIs(request)
        const items = page.items.filter((row) => mayKnow(deps, principal, row)).map(dutyOf)
        return { items, next: page.next }
      },
    )
    app.get(
      '/duties/responsible',
      {
        config: readers,
        schema: {
          summary: 'Who answers for a category in a place, and by which line of the list',
          tags: ['org'],
          querystring: ResponsibleQuery,
          response: { 200: Responsible },
        },
      },
      async (request) => {
        const { category, grid, at = deps.clock() } = request.query
        const community = communityFor(whoIs(request), request.query.community, deps.community)
        const parts = { units: deps.org.units, categories: deps.categories }
        const found = await responsibleFor(deps.db, parts, { category, community, grid, at })
        return found === null
          ? { unit: null, duty: null }
          : { unit: found.unit, duty: dutyOf(found.duty) }
      },
    )
    changeRoutes(app, deps)
  }

function changeRoutes(app: App, deps: Deps): void {
  const noted = (principal: Principal, what: string, row: Pick<DutyRow, 'id' | 'reason'>) => {
    const { community } = deps
    const entry = { what, target: row.id, community, reason: row.reason, each: true }
    return deps.logAccess(principal, entry)
  }
  app.post(
    '/duties',
    {
      config: writers,
      schema: {
        summary: 'Say who answers for a category in an area, from a date on',
        tags: ['org'],
        body: DutyCreate,
        response: { 201: Duty },
      },
    },
    async (request, reply) => {
      const principal = whoIs(request)
      const { area = null } = request.body
      if (!mayWrite(deps, principal, area)) throw new CodedError('not-found', `area ${area}`)
      const parts = { random: deps.random, units: deps.org.units, categories: deps.categories }
      const given = { by: actorOf(principal), now: deps.clock() }
      const row = await deps.transact((trx) => writeDuty(trx, parts, request.body, given))
      await noted(principal, 'duty.write', row)
      return reply.code(201).send(dutyOf(row))
    },
  )
  app.delete(
    '/duties/:id',
    {
      config: writers,
      schema: {
        summary: 'End a duty now; it stays as history',
        tags: ['org'],
        params: Type.Object({ id: Type.String({ maxLength: 128 }) }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const principal = whoIs(request)
      const { id } = request.params
      const now = deps.clock()
      const ended = await deps.transact(async (trx) => {
        const row = await trx
          .selectFrom('duties')
          .selectAll()
          .where('id', '=', id)
          .executeTakeFirst()
        const stands = row !== undefined && (row.to_at === null || row.to_at > now)
        if (!stands || !mayWrite(deps, principal, row.area)) return null
        await endDuty(trx, row.category, row.area, now)
        return row
      })
      if (ended === null) throw new CodedError('not-found', `duty ${id}`)
      await noted(principal, 'duty.end', ended)
      return reply.code(204).send(null)
    },
  )
}

const mayKnow = (deps: Deps, principal: Principal, row: DutyRow): boolean =>
  row.area === null || knowsUnit(deps, principal, row.area)

/** What holds for a district is for whoever has every community in it. */
function mayWrite(deps: Deps, principal: Principal, area: string | null): boolean {
  const { areas } = principal
  if (areas === null) return true
  if (area === null || !deps.org.has(area)) return false
  const touched = communitiesOf(deps.org.units, area)
  return touched.length > 0 && touched.every((community) => areas.includes(community))
}

function readDuties(
  db: Db,
  query: Readonly<{
    limit: number
    cursor?: string
    category?: string
    unit?: string
    at?: number
    history?: boolean
  }>,
  now: number,
): Promise<DutyRow[]> {
  const { limit, cursor, category, unit, at = now, history = false } = query
  let select = db.selectFrom('duties').selectAll()
  if (category !== undefined) select = select.where('category', '=', category)
  if (unit !== undefined) select = select.where('unit', '=', unit)
  if (!history) {
    select = select
      .where('from_at', '<=', at)
      .where((eb) => eb.or([eb('to_at', 'is', null), eb('to_at', '>', at)]))
  }
  if (cursor !== undefined) select = select.where('id', '<', decodeCursor(cursor, ['string'])[0])
  return select
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
}
