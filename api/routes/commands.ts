import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { CodedError } from '../../contracts/errors.ts'
import { CommandBody } from '../../contracts/http/commands.ts'
import { Slug } from '../../contracts/ids.ts'
import { CommandOutcome } from '../../contracts/private-api.ts'
import { whoIs } from '../plugins/access.ts'
import { type DeviceDeps, deviceFor, keepers } from './devices.ts'

/** `/commands/{device}`: opens a door or a barrier, speaks, sounds; never without a reason. */
export const commandRoutes =
  (deps: DeviceDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      '/commands/:device',
      {
        config: keepers,
        schema: {
          summary: 'Send a command to a device and wait for its answer',
          tags: ['devices'],
          params: Type.Object({ device: Slug }),
          body: CommandBody,
          response: { 200: CommandOutcome },
        },
      },
      async (request) => {
        const { name, args = {}, reason, community, ttlMs = 10_000 } = request.body
        const device = await deviceFor(request, deps, request.params.device, community)
        if (device.state !== 'approved') {
          throw new CodedError('request.invalid', `device ${device.id} is ${device.state}`)
        }
        await deps.logAccess(whoIs(request), {
          what: `command ${name}`,
          target: device.id,
          community: device.community,
          reason,
        })
        const command = { community: device.community, device: device.id, name, args, ttlMs }
        return deps.gateway.command(command)
      },
    )
  }
