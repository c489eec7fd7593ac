import type { Server as HttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { isLoopback } from '../config/env.ts'
import { CodedError } from '../contracts/errors.ts'

export interface ListenOptions {
  /** Plaintext; `host` must be loopback unless somebody accepted otherwise, by name. */
  readonly http: { readonly host: string; readonly port: number }
  readonly plaintextAcceptedBy: string | null
  /** TLS 1.2 and up; null where none is wanted. */
  readonly https: {
    readonly host: string
    readonly port: number
    readonly tls: { readonly key: string | Buffer; readonly cert: string | Buffer }
  } | null
}

export interface Listening {
  readonly httpPort: number
  readonly httpsPort: number | null
  close(): Promise<void>
}

/**
 * Opens the listeners. Plaintext never leaves the machine by accident: an address that others can
 * reach is refused with `config.invalid` unless the configuration says who accepted it.
 */
export async function listen(app: FastifyInstance, options: ListenOptions): Promise<Listening> {
  const { http, https, plaintextAcceptedBy } = options
  if (!isLoopback(http.host) && plaintextAcceptedBy === null) {
    throw new CodedError(
      'config.invalid',
      `plaintext HTTP on ${http.host}: set http.plaintextAcceptedBy, or use TLS`,
    )
  }
  await app.listen({ host: http.host, port: http.port }).catch(namedPort(http.port))
  const secure = https === null ? null : await listenSecure(app, https)
  return {
    httpPort: portOf(app.server),
    httpsPort: secure === null ? null : portOf(secure),
    async close() {
      if (secure === null) return
      secure.closeAllConnections()
      await new Promise<void>((resolve) => secure.close(() => resolve()))
    },
  }
}

async function listenSecure(
  app: FastifyInstance,
  { host, port, tls }: NonNullable<ListenOptions['https']>,
) {
  const server = createHttpsServer(
    { key: tls.key, cert: tls.cert, minVersion: 'TLSv1.2', requestTimeout: 60_000 },
    (request, response) => app.routing(request, response),
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  }).catch(namedPort(port))
  return server
}

function namedPort(port: number) {
  return (error: unknown): never => {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
      throw new CodedError('port.in-use', `HTTP port ${port}`, { port })
    }
    throw error
  }
}

function portOf(server: Server | HttpServer): number {
  return (server.address() as AddressInfo).port
}
