import type { FastifyReply, FastifyRequest } from 'fastify'
import { CodedError } from '../../contracts/errors.ts'
import { byteRange } from '../evidence/byte-range.ts'

/** A sound, or the one part of it that `Range` asks for. */
export function sendSound(request: FastifyRequest, reply: FastifyReply, bytes: Buffer | null) {
  if (bytes === null) throw new CodedError('not-found', 'the sound is gone')
  reply.type('audio/mpeg').header('accept-ranges', 'bytes')
  const range = byteRange(request.headers.range, bytes.length)
  if (range === null) return reply.send(bytes)
  if (range === 'unsatisfiable')
    return reply.code(416).header('content-range', `bytes */${bytes.length}`).send()
  return reply
    .code(206)
    .header('content-range', `bytes ${range.from}-${range.to}/${bytes.length}`)
    .send(bytes.subarray(range.from, range.to + 1))
}
