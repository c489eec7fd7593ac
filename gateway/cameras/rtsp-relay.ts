import { once } from 'node:events'
import { type AddressInfo, connect, createServer, isIP, type Server, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { RtspReplyGuard } from './rtsp-reply-guard.ts'
import type { CheckedAddress } from './source-policy.ts'

export interface RtspRelay {
  /** On this machine, with the camera's user, password and path: for ffmpeg only, never for a log. */
  readonly address: string
  /** `127.0.0.1:port`, as ffmpeg's messages name it. */
  readonly authority: string
  close(): Promise<void>
}

export interface RtspRelayEvents {
  /** The camera answered what must not reach ffmpeg; its connection is closed. */
  refused(why: string): void
}

/** One that is analysed, one or two that are watched, one that is going away. */
const connectionsMax = 4
const connectMs = 10_000
const idleMs = 30_000

/**
 * Stands between ffmpeg and a camera, on loopback: the connection is made here, to the IP that was
 * checked, so that ffmpeg looks up no name and follows no redirect. It speaks TLS for `rtsps`: what
 * that gives is secrecy on the line, not identity, as cameras sign their own certificates.
 */
export async function openRtspRelay(
  camera: CheckedAddress,
  transport: 'tcp' | 'udp',
  events: RtspRelayEvents,
): Promise<RtspRelay> {
  const mediaIp = transport === 'udp' ? camera.ip : null
  const sockets = new Set<Socket>()
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  }
  const server = createServer((client) => {
    const upstream = dial(camera)
    keep(client)
    keep(upstream)
    join(client, upstream, new RtspReplyGuard(mediaIp), events)
  })
  server.maxConnections = connectionsMax
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const authority = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    authority,
    address: `rtsp://${userInfo(camera)}${authority}${camera.path}`,
    async close() {
      for (const socket of sockets) socket.destroy()
      await closed(server)
    },
  }
}

function dial({ scheme, ip, port, host }: CheckedAddress): Socket {
  const upstream =
    scheme === 'rtsps'
      ? connectTls({
          host: ip,
          port,
          rejectUnauthorized: false,
          ...(isIP(host) === 0 ? { servername: host } : {}),
        })
      : connect({ host: ip, port })
  upstream.setTimeout(connectMs, () => upstream.destroy())
  upstream.once('connect', () => upstream.setTimeout(idleMs))
  return upstream
}

function join(
  client: Socket,
  upstream: Socket,
  guard: RtspReplyGuard,
  events: RtspRelayEvents,
): void {
  client.on('data', (chunk: Buffer) => {
    guard.onRequest(chunk)
    if (!upstream.write(chunk)) client.pause()
  })
  upstream.on('drain', () => client.resume())
  upstream.on('data', (chunk: Buffer) => {
    const why = guard.onReply(chunk)
    if (why !== null) {
      events.refused(why)
      client.destroy()
      upstream.destroy()
    } else if (!client.write(chunk)) upstream.pause()
  })
  client.on('drain', () => upstream.resume())
  for (const [one, other] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    // An error is always followed by its close.
    one.on('error', () => {})
    one.once('end', () => other.end())
    one.once('close', () => other.destroy())
  }
}

const userInfo = ({ username, password }: CheckedAddress): string =>
  username === null
    ? ''
    : `${encodeURIComponent(username)}${password === null ? '' : `:${encodeURIComponent(password)}`}@`

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
  })
