import { Agent, type IncomingMessage, request } from 'node:http'
import { Agent as TlsAgent, request as requestTls } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { CodedError } from '../../contracts/errors.ts'
import type { HttpAuth } from './http-auth.ts'
import type { CheckedAddress } from './source-policy.ts'

/** One camera's connections: at most one at a time, closed with its source. */
export interface HttpLine {
  get(signal: AbortSignal): Promise<IncomingMessage>
  close(): void
}

/**
 * GET requests to the checked IP only: nothing is looked up again and no redirect is followed. TLS
 * gives secrecy on the line, not identity, as cameras sign their own certificates.
 */
export function openHttpLine(camera: CheckedAddress, auth: HttpAuth): HttpLine {
  const tls = camera.scheme === 'https'
  const agent = tls
    ? new TlsAgent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false })
    : new Agent({ keepAlive: true, maxSockets: 1 })
  const once = (signal: AbortSignal): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const authorization = auth.header('GET', camera.path)
      const options = {
        agent,
        host: camera.host,
        port: camera.port,
        path: camera.path,
        lookup: only(camera.ip),
        signal,
        headers: {
          accept: 'image/jpeg, multipart/x-mixed-replace',
          ...(authorization === null ? {} : { authorization }),
        },
      }
      const sent = tls ? requestTls(options, resolve) : request(options, resolve)
      sent.on('error', reject)
      sent.end()
    })
  return {
    async get(signal) {
      const first = await once(signal)
      if (first.statusCode !== 401) return checked(first, camera)
      first.resume()
      if (!auth.challenged(first.headers['www-authenticate'])) return checked(first, camera)
      return checked(await once(signal), camera)
    },
    close: () => agent.destroy(),
  }
}

/** A lookup that knows one answer; never asked where the host is an IP address. */
const only =
  (ip: string): LookupFunction =>
  (_host, options, found) => {
    const family = isIP(ip)
    if (options.all === true) found(null, [{ address: ip, family }])
    else found(null, ip, family)
  }

/** @throws CodedError `camera.source-refused` for a redirect, `ffmpeg.failed` for another refusal */
function checked(response: IncomingMessage, { shown }: CheckedAddress): IncomingMessage {
  const status = response.statusCode ?? 0
  if (status === 200) return response
  response.destroy()
  if (status >= 300 && status < 400)
    throw new CodedError(
      'camera.source-refused',
      `${shown} redirects to another address, which is not followed`,
    )
  if (status === 401 || status === 403)
    throw new CodedError('ffmpeg.failed', `${shown} refuses user and password (${status})`)
  throw new CodedError('ffmpeg.failed', `${shown} answers ${status}`)
}
