import type { FastifyInstance } from 'fastify'
import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { CareSignReport } from '../../contracts/care.ts'
import { CodedError } from '../../contracts/errors.ts'
import { limits } from '../../contracts/limits.ts'
import {
  type Aggregate,
  type CareAnswer,
  type CommandOutcome,
  CommandRequest,
  type DeviceState,
  type TelemetryAnswer,
  aggregates,
} from '../../contracts/private-api.ts'

export interface TelemetryQuestion {
  readonly community: string
  readonly device: string
  readonly reading: string
  /** Epoch ms, both inclusive. */
  readonly from: number
  readonly to: number
  readonly limit: number
  readonly bucketMs: number | null
  readonly agg: Aggregate
}

export interface PrivateDevices {
  states(community: string): Promise<readonly DeviceState[]>
  telemetry(question: TelemetryQuestion): Promise<TelemetryAnswer>
  care(community: string): Promise<CareAnswer>
  careSign(report: CareSignReport): Promise<void>
  command(request: CommandRequest): Promise<CommandOutcome>
}

const TelemetryQuery = Type.Object({
  community: Type.String(),
  reading: Type.String({ minLength: 1 }),
  from: Type.Optional(Type.String({ pattern: '^-?\\d+$' })),
  to: Type.Optional(Type.String({ pattern: '^-?\\d+$' })),
  limit: Type.Optional(Type.String({ pattern: '^\\d+$' })),
  bucketMs: Type.Optional(Type.String({ pattern: '^\\d+$' })),
  agg: Type.Optional(Type.Enum(aggregates)),
})
const isQuery = Compile(TelemetryQuery)
const isCommand = Compile(CommandRequest)
const isCareSign = Compile(CareSignReport)

export function deviceRoutes(app: FastifyInstance, devices: PrivateDevices): void {
  app.get<{ Querystring: { community?: string } }>('/devices', async (request) => ({
    items: await devices.states(communityOf(request.query)),
  }))
  app.get<{ Params: { id: string } }>('/devices/:id/telemetry', async (request) => {
    const { query } = request
    if (!isQuery.Check(query))
      throw new CodedError(
        'request.invalid',
        'needs community, reading; from, to, limit, bucketMs whole numbers',
      )
    return devices.telemetry(question(request.params.id, query))
  })
  app.get<{ Querystring: { community?: string } }>('/care', (request) =>
    devices.care(communityOf(request.query)),
  )
  app.post('/care/signs', async (request, reply) => {
    if (!isCareSign.Check(request.body)) throw new CodedError('request.invalid', 'no care sign')
    await devices.careSign(request.body)
    return reply.code(204).send()
  })
  app.post('/commands', async (request) => {
    if (!isCommand.Check(request.body))
      throw new CodedError('request.invalid', 'not a command request')
    return devices.command(request.body)
  })
}

export function communityOf(query: { community?: string }): string {
  if (query.community === undefined || query.community === '') {
    throw new CodedError('request.invalid', 'community is missing')
  }
  return query.community
}

function question(device: string, query: Static<typeof TelemetryQuery>): TelemetryQuestion {
  const bucketMs = query.bucketMs === undefined ? null : Number(query.bucketMs)
  return {
    community: query.community,
    device,
    reading: query.reading,
    from: query.from === undefined ? 0 : Number(query.from),
    to: query.to === undefined ? Number.MAX_SAFE_INTEGER : Number(query.to),
    limit: Math.min(
      query.limit === undefined ? limits.telemetryPointsMax : Number(query.limit),
      limits.telemetryPointsMax,
    ),
    bucketMs: bucketMs === null || bucketMs <= 0 ? null : bucketMs,
    agg: query.agg ?? 'mean',
  }
}
