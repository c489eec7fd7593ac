import { randomBytes } from 'node:crypto'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { CodedError } from '../../contracts/errors.ts'
import { MqttCredentialAnswer, MqttCredentialCreate } from '../../contracts/http/devices.ts'
import { CommunityQuery } from '../../contracts/http/lists.ts'
import type { RosterCredential } from '../../contracts/roster.ts'
import { gatewayDevice, topicRoot } from '../../contracts/topics.ts'
import { seesCommunity } from '../auth/principal.ts'
import {
  type NewCredential,
  issueCredential,
  revokeCredential,
  usernameOf,
} from '../devices/credentials.ts'
import { whoIs } from '../plugins/access.ts'
import { recordChange } from '../roster/change.ts'
import { type DeviceDeps, ById, deviceFor, keepers } from './devices.ts'
import { communityFor } from './tickets.ts'

const Revoked = Type.Object({ inForce: Type.Boolean() })

/** `/mqtt-credentials` for crowds of new devices and foreign prefixes, and the end of any credential. */
export const mqttCredentialRoutes =
  (deps: DeviceDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      '/mqtt-credentials',
      {
        config: keepers,
        schema: {
          summary: 'A provisioning or adapter credential; shown once',
          tags: ['devices'],
          body: MqttCredentialCreate,
          response: { 201: MqttCredentialAnswer },
        },
      },
      async (request, reply) => {
        const community = communityFor(whoIs(request), request.body.community, deps.community)
        const kind: RosterCredential['kind'] = request.body.kind
        const wanted = wantedOf(kind, community, request.body.prefixes ?? [])
        const { mqtt, change } = await deps.transact(async (trx) => {
          const issued = await issueCredential(trx, wanted, deps.clock())
          const change = await recordChange(trx, { credentials: { upsert: [issued.credential] } })
          return { mqtt: issued.mqtt, change }
        })
        return reply.code(201).send({ mqtt, inForce: await deps.push(change) })
      },
    )
    revokeRoutes(app, deps)
  }

function revokeRoutes(app: Parameters<FastifyPluginAsyncTypebox>[0], deps: DeviceDeps): void {
  app.delete(
    '/mqtt-credentials/:username',
    {
      config: keepers,
      schema: {
        summary: 'Revoke a credential; who uses it is out within 5 s',
        tags: ['devices'],
        params: Type.Object({ username: Type.String({ maxLength: 128 }) }),
        response: { 200: Revoked },
      },
    },
    async (request) => {
      const { username } = request.params
      const row = await deps.db
        .selectFrom('mqtt_credentials')
        .select('community')
        .where('username', '=', username)
        .executeTakeFirst()
      if (row === undefined || !seesCommunity(whoIs(request), row.community)) {
        throw new CodedError('not-found', `credential ${username}`)
      }
      return revoke(deps, username)
    },
  )
  app.delete(
    '/devices/:id/credential',
    {
      config: keepers,
      schema: {
        summary: "Revoke a device's credential; it is out within 5 s",
        tags: ['devices'],
        params: ById,
        querystring: CommunityQuery,
        response: { 200: Revoked },
      },
    },
    async (request) => {
      const device = await deviceFor(request, deps, request.params.id, request.query.community)
      return revoke(deps, usernameOf(device.community, device.id))
    },
  )
}

async function revoke(deps: DeviceDeps, username: string): Promise<{ inForce: boolean }> {
  const change = await deps.transact(async (trx) => {
    if (!(await revokeCredential(trx, username))) {
      throw new CodedError('not-found', `credential ${username}`)
    }
    return recordChange(trx, { credentials: { remove: [username] } })
  })
  return { inForce: await deps.push(change) }
}

/** Of ours only what the gateway publishes, to read; and a filter over everything is none either. */
function wantedOf(
  kind: RosterCredential['kind'],
  community: string,
  prefixes: readonly string[],
): NewCredential {
  if (kind === 'adapter' && prefixes.length === 0) {
    throw new CodedError('request.invalid', 'body: an adapter needs prefixes')
  }
  for (const prefix of kind === 'adapter' ? prefixes : []) {
    if (prefix.startsWith(`${topicRoot}/${community}/${gatewayDevice}/`)) continue
    const [top = ''] = prefix.split('/')
    if (top === '' || top === '#' || top === '+' || top === 'linli' || top.startsWith('$')) {
      throw new CodedError('request.invalid', `body: prefix ${prefix} is not a foreign one`)
    }
  }
  const username = `${community}.${kind}.${randomBytes(4).toString('hex')}`
  return {
    username,
    kind,
    community,
    device: null,
    prefixes: kind === 'adapter' ? prefixes.map(wholeFilter) : [],
  }
}

/** `zigbee2mqtt` means what lies below it, as whoever writes it thinks. */
const wholeFilter = (prefix: string): string =>
  /[#+]/.test(prefix) || prefix.includes('/') ? prefix : `${prefix}/#`
