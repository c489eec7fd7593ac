import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { CodedError } from '../../contracts/errors.ts'
import {
  DeviceApproved,
  DeviceCreate,
  DeviceItem,
  DevicePatch,
  DeviceWithSecret,
} from '../../contracts/http/devices.ts'
import { CommunityQuery, PageQuery } from '../../contracts/http/lists.ts'
import { listOf } from '../../contracts/http/system.ts'
import { Slug } from '../../contracts/ids.ts'
import type { DeviceState } from '../../contracts/private-api.ts'
import { RosterDevice } from '../../contracts/roster.ts'
import {
  approveDevice,
  blockDevice,
  findDevice,
  findOrigin,
  patchDevice,
  registerDevice,
  removeDevice,
} from '../devices/devices.ts'
import { shownDevice } from '../devices/camera-source.ts'
import { type ListedDevice, listDevices } from '../devices/list.ts'
import type { Db, Trx } from '../db/open.ts'
import { whoIs } from '../plugins/access.ts'
import type { Services } from '../services.ts'
import { communityFor } from './tickets.ts'

export type DeviceDeps = Pick<
  Services,
  'db' | 'transact' | 'clock' | 'push' | 'gateway' | 'community' | 'logAccess' | 'accessRules'
>
type App = Parameters<FastifyPluginAsyncTypebox>[0]

export const keepers = { access: { roles: ['admin', 'staff'] } } as const
export const viewers = {
  access: { roles: ['admin', 'staff', 'grid', 'supervisor'], scopes: ['read'] },
} as const
export const ById = Type.Object({ id: Slug })
const WithForce = Type.Object({ device: RosterDevice, inForce: Type.Boolean() })

/** The device if it is in an area of the person; a stranger's device does not exist. */
export async function deviceFor(
  request: FastifyRequest,
  deps: { readonly db: Db | Trx; readonly community: string },
  id: string,
  community: string | undefined,
): Promise<RosterDevice> {
  const where = communityFor(whoIs(request), community, deps.community)
  const device = await findDevice(deps.db, where, id)
  if (device === null) throw new CodedError('not-found', `device ${id}`)
  return device
}

/** `/devices`: register, approve, block, change; what the box last heard of them. */
export const deviceRoutes =
  (deps: DeviceDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    listRoute(app, deps)
    oneRoutes(app, deps)
    removeRoute(app, deps)
    secretRoutes(app, deps)
  }

function listRoute(app: App, deps: DeviceDeps): void {
  app.get(
    '/devices',
    {
      config: viewers,
      schema: {
        summary: 'Devices with their last values; those are null while the box is out of reach',
        tags: ['devices'],
        querystring: Type.Object({
          ...PageQuery.properties,
          ...CommunityQuery.properties,
          state: Type.Optional(Type.Enum(['pending', 'approved', 'blocked'])),
          type: Type.Optional(Type.String({ maxLength: 64 })),
          household: Type.Optional(Type.String({ maxLength: 64 })),
        }),
        response: { 200: listOf(DeviceItem) },
      },
    },
    async (request) => {
      const { limit = 50, ...filter } = request.query
      const page = await listDevices(deps.db, { limit, ...filter }, whoIs(request))
      const states = await statesOf(
        deps,
        page.items.map(({ community }) => community),
      )
      const items = page.items.map((device) =>
        itemOf(device, states.get(`${device.community}/${device.id}`)),
      )
      return { items, next: page.next }
    },
  )
}

async function statesOf(
  deps: DeviceDeps,
  communities: readonly string[],
): Promise<Map<string, DeviceState>> {
  const states = new Map<string, DeviceState>()
  if (!deps.gateway.configured) return states
  for (const community of new Set(communities)) {
    // Out of reach shows as nulls; that the box is away stands in /health and on the page.
    const answered = await deps.gateway.devices(community).catch(() => [])
    for (const state of answered) states.set(`${state.community}/${state.id}`, state)
  }
  return states
}

const itemOf = (device: ListedDevice, state: DeviceState | undefined): DeviceItem => ({
  ...shownDevice(device),
  online: state?.online ?? null,
  lastSeenAt: state?.lastSeenAt ?? null,
  lastValues: state?.lastValues ?? {},
  health: state?.health ?? null,
})

function oneRoutes(app: App, deps: DeviceDeps): void {
  app.get(
    '/devices/:id',
    {
      config: viewers,
      schema: {
        summary: 'One device',
        tags: ['devices'],
        params: ById,
        querystring: CommunityQuery,
        response: { 200: DeviceItem },
      },
    },
    async (request) => {
      const device = await deviceFor(request, deps, request.params.id, request.query.community)
      const states = await statesOf(deps, [device.community])
      const { community, id } = device
      const origin = await findOrigin(deps.db, community, id)
      return itemOf({ ...device, origin }, states.get(`${device.community}/${device.id}`))
    },
  )
  app.patch(
    '/devices/:id',
    {
      config: keepers,
      schema: {
        summary: 'Change a device',
        tags: ['devices'],
        params: ById,
        querystring: CommunityQuery,
        body: DevicePatch,
        response: { 200: WithForce },
      },
    },
    async (request) => {
      const { id } = request.params
      const outcome = await deps.transact(async (trx) => {
        const device = await deviceFor(request, { ...deps, db: trx }, id, request.query.community)
        return patchDevice(trx, device, request.body, deps.accessRules, deps.clock())
      })
      return { device: shownDevice(outcome.device), inForce: await deps.push(outcome.change) }
    },
  )
  app.post(
    '/devices/:id/block',
    {
      config: keepers,
      schema: {
        summary: 'Block a device: its credential ends',
        tags: ['devices'],
        params: ById,
        querystring: CommunityQuery,
        response: { 200: WithForce },
      },
    },
    async (request) => {
      const { id } = request.params
      const outcome = await deps.transact(async (trx) => {
        const device = await deviceFor(request, { ...deps, db: trx }, id, request.query.community)
        return blockDevice(trx, device, deps.clock())
      })
      return { device: shownDevice(outcome.device), inForce: await deps.push(outcome.change) }
    },
  )
}

function removeRoute(app: App, deps: DeviceDeps): void {
  app.delete(
    '/devices/:id',
    {
      config: keepers,
      schema: {
        summary: 'Take a device off the register with its credential; its history stays',
        tags: ['devices'],
        params: ById,
        querystring: CommunityQuery,
        response: { 200: WithForce },
      },
    },
    async (request) => {
      const { id } = request.params
      const outcome = await deps.transact(async (trx) => {
        const device = await deviceFor(request, { ...deps, db: trx }, id, request.query.community)
        return removeDevice(trx, device, deps.clock())
      })
      return { device: shownDevice(outcome.device), inForce: await deps.push(outcome.change) }
    },
  )
}

function secretRoutes(app: App, deps: DeviceDeps): void {
  app.post(
    '/devices',
    {
      config: keepers,
      schema: {
        summary: 'Register an approved device; its MQTT password is shown once',
        tags: ['devices'],
        body: DeviceCreate,
        response: { 201: DeviceWithSecret },
      },
    },
    async (request, reply) => {
      const community = communityFor(whoIs(request), request.body.community, deps.community)
      const { device, mqtt, change } = await deps.transact((trx) =>
        registerDevice(trx, request.body, community, deps.accessRules, deps.clock()),
      )
      return reply
        .code(201)
        .send({ device: shownDevice(device), mqtt, inForce: await deps.push(change) })
    },
  )
  for (const [word, summary] of [
    ['approve', 'Approve a pending or blocked device; its MQTT password is shown once'],
    ['credential', 'A new MQTT password, shown once; the old one ends'],
  ] as const) {
    app.post(
      `/devices/:id/${word}`,
      {
        config: keepers,
        schema: {
          summary,
          tags: ['devices'],
          params: ById,
          querystring: CommunityQuery,
          response: { 200: DeviceApproved },
        },
      },
      async (request) => {
        const { id } = request.params
        const { community } = request.query
        const { device, mqtt, change } = await deps.transact(async (trx) => {
          const found = await deviceFor(request, { ...deps, db: trx }, id, community)
          if (word === 'credential' && found.state !== 'approved') {
            throw new CodedError('request.invalid', `device ${id} is ${found.state}`)
          }
          return approveDevice(trx, found, deps.clock())
        })
        return {
          device: shownDevice(device),
          ...(mqtt === undefined ? {} : { mqtt }),
          inForce: await deps.push(change),
        }
      },
    )
  }
}
