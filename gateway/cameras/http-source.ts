import type { IncomingMessage } from 'node:http'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { CodedError } from '../../contracts/errors.ts'
import { limits } from '../../contracts/limits.ts'
import { HttpAuth } from './http-auth.ts'
import { HeldBytes } from './http-bytes.ts'
import { MultipartReader, multipartBoundary } from './http-multipart.ts'
import { type HttpLine, openHttpLine } from './http-request.ts'
import { withoutSecrets } from './source-address.ts'
import type { AllowedNetworks } from './source-networks.ts'
import { allowedAddress, type CheckedAddress, type Resolve } from './source-policy.ts'
import type { OpenSource, SourceEvents } from './source-supervisor.ts'

export interface HttpSourceOptions {
  readonly source: string
  readonly networks: AllowedNetworks
  /** Snapshots are asked for, and pictures of a stream taken, at most so often. */
  readonly framesPerSecond: number
  /** A snapshot must be whole, and a stream must have begun, within so long, ms. */
  readonly answerMs: number
  readonly random: () => number
  readonly resolveName?: Resolve
}

/**
 * A camera's address for pictures: a JPEG is asked for again and again, a multipart stream is read on
 * (MJPEG). Which of the two it is, its content type says; anything else is refused, playlists too.
 */
export const httpSource =
  (options: HttpSourceOptions): OpenSource =>
  async (events) => {
    const camera = await allowedAddress(options.source, options.networks, options.resolveName)
    const secret =
      camera.username === null
        ? null
        : { username: camera.username, password: camera.password ?? '' }
    const nonce = (): string => options.random().toString(36).slice(2).padEnd(8, '0')
    const line = openHttpLine(camera, new HttpAuth(secret, nonce))
    const stop = new AbortController()
    const done = watch(options, line, events, stop.signal)
      .then(
        () => new CodedError('ffmpeg.failed', `${camera.shown}: the stream ended`),
        (error: unknown) => shown(error, camera),
      )
      .then((error) => {
        line.close()
        events.ended(stop.signal.aborted ? null : error)
      })
    return {
      close() {
        stop.abort()
        return done
      },
    }
  }

/** Resolves at the regular end of a stream; polls for ever otherwise. */
async function watch(
  options: HttpSourceOptions,
  line: HttpLine,
  events: SourceEvents,
  stop: AbortSignal,
): Promise<void> {
  const intervalMs = 1_000 / options.framesPerSecond
  for (;;) {
    const begun = performance.now()
    // One limit for the whole answer: a server that sends a byte a second is as good as silent.
    const request = new AbortController()
    const onStop = (): void => request.abort()
    stop.addEventListener('abort', onStop)
    const late = new Error('no whole picture in time')
    const timer = setTimeout(() => request.abort(late), options.answerMs)
    try {
      const response = await line.get(request.signal)
      const type = response.headers['content-type'] ?? ''
      const boundary = multipartBoundary(type)
      if (boundary !== null) {
        clearTimeout(timer)
        await readStream(response, boundary, intervalMs, events, stop)
        return
      }
      if (!/^image\/jpe?g\b/i.test(type)) {
        response.destroy()
        throw new Error(`neither JPEG nor MJPEG but "${type.slice(0, 60)}"`)
      }
      events.frame(wholeJpeg(await readBody(response)))
    } catch (error) {
      throw request.signal.reason === late ? late : error
    } finally {
      clearTimeout(timer)
      stop.removeEventListener('abort', onStop)
    }
    await sleep(Math.max(0, intervalMs - (performance.now() - begun)), undefined, { signal: stop })
  }
}

async function readBody(response: IncomingMessage): Promise<Buffer> {
  const held = new HeldBytes()
  for await (const part of response as AsyncIterable<Buffer>) {
    if (held.length + part.length > limits.frameBytesMax)
      throw new Error('a picture has more than 4 MiB')
    held.append(part)
  }
  return held.view()
}

/** A stream may stay open for ever; that pictures come is watched by source-supervisor.ts. */
async function readStream(
  response: IncomingMessage,
  boundary: string,
  intervalMs: number,
  events: SourceEvents,
  stop: AbortSignal,
): Promise<void> {
  let due = Number.NEGATIVE_INFINITY
  const reader = new MultipartReader({ boundary, partBytesMax: limits.frameBytesMax }, (body) => {
    const now = performance.now()
    if (now < due || stop.aborted) return
    // A tenth less than the interval, as pictures do not come to the millisecond.
    due = now + intervalMs * 0.9
    events.frame(wholeJpeg(body))
  })
  for await (const chunk of response as AsyncIterable<Buffer>) reader.write(chunk)
}

/** @throws Error where it does not begin and end as a JPEG does (T.81 B.1.1.3); padding is cut off */
function wholeJpeg(bytes: Buffer): Buffer {
  const end = bytes.lastIndexOf('ffd9', undefined, 'hex')
  if (bytes.length < 4 || bytes[0] !== 0xff || bytes[1] !== 0xd8 || end < 2)
    throw new Error('a picture is no whole JPEG')
  return bytes.subarray(0, end + 2)
}

function shown(error: unknown, camera: CheckedAddress): CodedError {
  if (error instanceof CodedError && error.message.startsWith(camera.shown)) return error
  const text = error instanceof Error ? error.message : String(error)
  return new CodedError(
    error instanceof CodedError ? error.code : 'ffmpeg.failed',
    `${camera.shown}: ${withoutSecrets(text, camera)}`,
  )
}
