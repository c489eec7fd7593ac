import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { TooBusy } from '../auth/passwords.ts'
import {
  CodedError,
  type ErrorCode,
  type ProblemDocument,
  errorTable,
} from '../../contracts/errors.ts'
import { isLostRace } from '../db/transact.ts'
import { languageOf } from './language.ts'

/** One handler for every error: RFC 9457 with a code of the table, in the language that was asked for. */
export function problems(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const coded = codedOf(error)
    const status = errorTable[coded.code].status ?? 500
    if (status >= 500 && status !== 501) request.log.error({ err: error }, 'request failed')
    return sendProblem(request, reply, coded)
  })
  app.setNotFoundHandler((request, reply) =>
    sendProblem(request, reply, new CodedError('not-found', request.url.split('?')[0] ?? '')),
  )
}

const codeByStatus: Readonly<Record<number, ErrorCode>> = {
  404: 'not-found',
  413: 'request.too-large',
  415: 'request.unsupported-type',
}

function codedOf(error: FastifyError): CodedError {
  if (error instanceof CodedError) return error
  if (error instanceof TooBusy) return new CodedError('auth.rate-limited', error.message)
  if (isLostRace(error)) return new CodedError('conflict.exists', 'somebody else was first')
  if (error.validation !== undefined) return new CodedError('request.invalid', error.message)
  const { statusCode = 500, message } = error
  const code = codeByStatus[statusCode] ?? (statusCode < 500 ? 'request.invalid' : 'internal')
  return new CodedError(code, message)
}

/** A body that says it is longer is cut off; up to here the rest is read and thrown away. */
const drainBytesMax = 64 * 1024 * 1024

/**
 * A client that is still sending sees a reset instead of the answer where the connection is closed at once;
 * left open, Node throws the rest away, within the request's time.
 */
function keepOpen(request: FastifyRequest, reply: FastifyReply): void {
  const bytes = Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY)
  if (bytes <= drainBytesMax) void reply.removeHeader('connection')
}

function sendProblem(request: FastifyRequest, reply: FastifyReply, error: CodedError) {
  const language = languageOf(request)
  const { status, title, hint } = errorTable[error.code]
  const code: ErrorCode = error.code
  const body: ProblemDocument & Readonly<Record<string, unknown>> = {
    ...error.extra,
    type: `/docs/errors#${code}`,
    title: title[language],
    status: status ?? 500,
    // What went wrong inside is for the log; the reader gets the number to find it by.
    detail: code === 'internal' ? `request ${request.id}` : error.message,
    code,
    hint: hint[language],
  }
  if (body.status === 413) keepOpen(request, reply)
  if (body.status === 401) void reply.header('www-authenticate', 'Bearer')
  if (code === 'auth.rate-limited') void reply.header('retry-after', '60')
  return reply
    .code(body.status)
    .header('content-language', language)
    .type('application/problem+json; charset=utf-8')
    .serializer((value: unknown) => JSON.stringify(value))
    .send(body)
}
