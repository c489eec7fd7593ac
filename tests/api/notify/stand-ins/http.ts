import { createServer } from 'node:http'
import { type AddressInfo, type Socket } from 'node:net'

/** One request as it came over the wire. */
export interface Heard {
  readonly method: string
  readonly path: string
  /** As it was written, still escaped. */
  readonly rawQuery: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string
}

export interface Said {
  readonly status?: number
  readonly json: Readonly<Record<string, unknown>>
  /** What a person would read now; left out where it was refused. */
  readonly shown?: Shown
}

export interface Shown {
  readonly text: string
  readonly to?: string
  readonly id?: string
}

/** How a server that is there does not do its part. */
export type Mischief =
  | 'none'
  | 'broken'
  | 'too-many'
  | 'silent'
  | 'dripping'
  | 'reset'
  | 'redirect'
  | 'html'
  | 'endless'

export interface StandIn {
  readonly port: number
  readonly heard: readonly Heard[]
  readonly shown: readonly Shown[]
  mischief: Mischief
  close(): Promise<void>
}

/** A provider on this machine. `rules` decide as the documents of the provider say; it takes nothing else. */
export async function startHttp(rules: (heard: Heard) => Said): Promise<StandIn> {
  const heard: Heard[] = []
  const shown: Shown[] = []
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const [path = '', rawQuery = ''] = (request.url ?? '').split('?')
      const one: Heard = {
        method: request.method ?? '',
        path,
        rawQuery,
        query: new URLSearchParams(rawQuery),
        headers: request.headers,
        body: Buffer.concat(parts).toString('utf8'),
      }
      heard.push(one)
      switch (self.mischief) {
        case 'none': {
          const said = rules(one)
          if (said.shown !== undefined) shown.push(said.shown)
          response.writeHead(said.status ?? 200, { 'content-type': 'application/json' })
          response.end(JSON.stringify(said.json))
          return
        }
        case 'broken':
          response.writeHead(503).end('upstream is gone')
          return
        case 'too-many':
          response.writeHead(429, { 'retry-after': '120' }).end('slow down')
          return
        case 'silent':
          return
        case 'dripping': {
          response.writeHead(200, { 'content-type': 'application/json' })
          const drip = setInterval(() => response.write(' '), 20)
          response.on('close', () => clearInterval(drip))
          return
        }
        case 'reset':
          request.socket.resetAndDestroy()
          return
        case 'redirect':
          // It claims success in the words of every provider, and points to where secrets are.
          response.writeHead(307, { location: `http://127.0.0.1:${self.port}/elsewhere` })
          response.end('{"errcode":0,"code":0,"StatusCode":0}')
          return
        case 'html':
          response.writeHead(200, { 'content-type': 'text/html' })
          response.end('<html><title>Please sign in to the WLAN</title></html>')
          return
        case 'endless': {
          response.writeHead(200)
          const pour = (): void => {
            while (!response.destroyed && response.write('x'.repeat(16_384)));
            if (!response.destroyed) response.once('drain', pour)
          }
          pour()
          return
        }
      }
    })
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const self: StandIn = {
    port: (server.address() as AddressInfo).port,
    heard,
    shown,
    mischief: 'none',
    async close() {
      for (const socket of sockets) socket.destroy()
      // Also where a test has closed it already.
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return self
}

/** The body as an object of JSON, declared as such; null where it is anything else. */
export function jsonBody({ headers, body }: Heard): Readonly<Record<string, unknown>> | null {
  if (!/^application\/json\b/.test(String(headers['content-type']))) return null
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}

/** The text of a robot's message `{[key]: {[name]: text}}`. */
export function textIn(body: Readonly<Record<string, unknown>>, key: string, name: string): string {
  const inner = body[key]
  if (typeof inner !== 'object' || inner === null) return ''
  const text = (inner as Readonly<Record<string, unknown>>)[name]
  return typeof text === 'string' ? text : ''
}

/** Says whether one more is too many. What is refused counts, too. */
export function window(clock: () => number, ms: number, max: number): () => boolean {
  let times: number[] = []
  return () => {
    const now = clock()
    times = [...times.filter((at) => now - at < ms), now]
    return times.length > max
  }
}
