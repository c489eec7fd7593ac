import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { dayMs, hourMs, minuteMs } from '../../contracts/clock.ts'
import { CommunityQuery } from '../../contracts/http/lists.ts'
import { limits } from '../../contracts/limits.ts'
import { TelemetryAnswer, aggregates } from '../../contracts/private-api.ts'
import { type DeviceDeps, ById, deviceFor, viewers } from './devices.ts'

const bucketsMs = { '1m': minuteMs, '5m': 5 * minuteMs, '1h': hourMs, '1d': dayMs } as const
const bucketNames = ['1m', '5m', '1h', '1d'] as const

/** `/devices/{id}/telemetry`: asked of the box, which holds the readings. */
export const telemetryRoutes =
  (deps: DeviceDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/devices/:id/telemetry',
      {
        config: viewers,
        schema: {
          summary: 'Readings of a device: raw points, or roll-ups with `bucket`',
          tags: ['devices'],
          params: ById,
          querystring: Type.Object({
            ...CommunityQuery.properties,
            reading: Type.String({ minLength: 1, maxLength: 64 }),
            from: Type.Optional(Type.Integer({ description: 'epoch ms, inclusive' })),
            to: Type.Optional(Type.Integer({ description: 'epoch ms, inclusive' })),
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: limits.telemetryPointsMax })),
            bucket: Type.Optional(Type.Enum(bucketNames)),
            agg: Type.Optional(Type.Enum(aggregates)),
          }),
          response: { 200: TelemetryAnswer },
        },
      },
      async (request) => {
        const { community, bucket, ...rest } = request.query
        const device = await deviceFor(request, deps, request.params.id, community)
        const question = {
          ...rest,
          community: device.community,
          ...(bucket === undefined ? {} : { bucketMs: bucketsMs[bucket] }),
        }
        const query = Object.entries(question).filter(([, value]) => value !== undefined)
        return deps.gateway.telemetry(
          device.id,
          Object.fromEntries(query.map(([name, value]) => [name, String(value)])),
        )
      },
    )
  }
