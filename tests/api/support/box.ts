import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Roster, RosterChange } from '../../../contracts/roster.ts'
import { serviceToken } from './api.ts'

export interface Box {
  readonly url: string
  readonly port: number
  /** What was asked, in order: `PUT /roster`, … */
  readonly asked: string[]
  readonly bodies: unknown[]
  readonly roster: Roster
  /** Routes of this test: answers by `METHOD /path`; `*` stands for an id in second place. */
  readonly answers: Map<string, (body: unknown, url: URL, response: ServerResponse) => unknown>
  close(): Promise<void>
}

/**
 * A real HTTP server in place of the gateway: checks the service token and keeps a roster under the
 * rules of the private interface. `port` 0 takes any; a test restarts it on the same one.
 */
export async function startBox(port = 0, startVersion = -1): Promise<Box> {
  const asked: string[] = []
  const bodies: unknown[] = []
  const state = { roster: { version: startVersion } as Roster }
  const answers: Box['answers'] = new Map()

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://box')
    const name = `${request.method} ${url.pathname}`
    const body = await bodyOf(request)
    asked.push(name)
    bodies.push(body)
    if (request.headers.authorization !== `Bearer ${serviceToken}`) {
      return problem(response, 401, 'auth.required')
    }
    if (name === 'PUT /roster') state.roster = body as Roster
    else if (name === 'PATCH /roster') {
      const change = body as RosterChange
      if (change.base !== state.roster.version) {
        return problem(response, 409, 'gateway.roster-version')
      }
      state.roster = applied(state.roster, change)
    } else {
      const own = answers.get(name) ?? answers.get(name.replace(/^(\S+ \/[^/]+\/)[^/]+/, '$1*'))
      if (own === undefined) return problem(response, 404, 'not-found')
      const result = await own(body, url, response)
      if (result === undefined) return
      return json(response, 200, result)
    }
    return json(response, 200, { version: state.roster.version })
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const address = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    asked,
    bodies,
    get roster() {
      return state.roster
    },
    answers,
    async close() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** By id, as the gateway does it; devices and credentials are looked at in the whole roster only. */
function applied(roster: Roster, change: RosterChange): Roster {
  const next: Record<string, unknown> = { ...roster, version: change.version }
  for (const section of ['faces', 'vehicles', 'visitors', 'watchlist', 'cards', 'modes'] as const) {
    const part = change[section]
    if (part === undefined) continue
    const fresh: readonly { readonly id: string }[] = part.upsert
    const gone = new Set([...part.remove, ...fresh.map(({ id }) => id)])
    const kept: readonly { readonly id: string }[] = roster[section] ?? []
    next[section] = [...kept.filter(({ id }) => !gone.has(id)), ...fresh]
  }
  return next as unknown as Roster
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text === '' ? null : JSON.parse(text)
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

export const problem = (
  response: ServerResponse,
  status: number,
  code: string,
  more: object = {},
): void => json(response, status, { code, status, detail: code, ...more })
