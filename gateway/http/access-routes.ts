import type { FastifyInstance } from 'fastify'
import { Compile } from 'typebox/compile'
import { CodedError } from '../../contracts/errors.ts'
import { type ParkingAnswer, TerminalReport } from '../../contracts/http/access.ts'
import {
  type CommandOutcome,
  type EnrolAnswer,
  EnrolRequest,
  type ForgetAnswer,
  OpenRequest,
} from '../../contracts/private-api.ts'
import { communityOf } from './device-routes.ts'

/** Faces, doors and barriers as the private interface asks for them. */
export interface PrivateAccess {
  enrol(request: EnrolRequest): Promise<EnrolAnswer>
  forget(template: string): Promise<ForgetAnswer>
  count(): { readonly persons: number; readonly templates: number }
  openDoor(device: string, request: OpenRequest): Promise<CommandOutcome>
  openBarrier(device: string, request: OpenRequest): Promise<CommandOutcome>
  reported(community: string, device: string, report: TerminalReport): Promise<void>
  parking(community: string): ParkingAnswer
}

const isEnrol = Compile(EnrolRequest)
const isOpen = Compile(OpenRequest)
const isReport = Compile(TerminalReport)
type ById = { Params: { id: string } }

export function accessRoutes(app: FastifyInstance, access: PrivateAccess): void {
  app.post('/faces', async (request) => {
    if (!isEnrol.Check(request.body)) throw new CodedError('request.invalid', 'not an enrolment')
    return access.enrol(request.body)
  })
  app.get('/faces/count', async () => access.count())
  app.delete<{ Params: { template: string } }>('/faces/:template', (request) =>
    access.forget(request.params.template),
  )
  app.post<ById>('/doors/:id/open', (request) =>
    access.openDoor(request.params.id, opening(request.body)),
  )
  app.post<ById>('/barriers/:id/open', (request) =>
    access.openBarrier(request.params.id, opening(request.body)),
  )
  app.get<{ Querystring: { community?: string } }>('/parking', async (request) =>
    access.parking(communityOf(request.query)),
  )
  app.post<ById & { Querystring: { community?: string } }>(
    '/terminals/:id/events',
    async (request, reply) => {
      if (!isReport.Check(request.body))
        throw new CodedError('request.invalid', 'not the report of a terminal')
      await access.reported(communityOf(request.query), request.params.id, request.body)
      return reply.code(204).send()
    },
  )
}

function opening(body: unknown): OpenRequest {
  if (!isOpen.Check(body)) throw new CodedError('request.invalid', 'needs community, reason, by')
  return body
}
