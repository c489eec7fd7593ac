import type { Database } from 'better-sqlite3'
import { Sqlite } from '../../../config/sqlite.ts'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { OutboxItem } from '../../../gateway/outbox/outbox-item.ts'
import type { OutboxQueue } from '../../../gateway/outbox/outbox-sender.ts'
import { type OutboxStore, outboxTables } from '../../../gateway/outbox/outbox-store.ts'
import type { Logger } from '../../../gateway/model/logger.ts'

export const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

export function openOutbox(): Database {
  const db = new Sqlite(':memory:')
  for (const sql of outboxTables) db.exec(sql)
  return db
}

export const anomaly = (
  n: number,
  createdAt = n,
  pictures: readonly string[] = [],
): OutboxItem => ({
  id: `ano_${n}`,
  kind: 'anomaly',
  createdAt,
  body: {
    id: `ano_${n}`,
    type: 'smoke.alarm',
    key: `smoke/${n}`,
    evidence: pictures.map((sha256) => ({
      kind: 'frame' as const,
      device: 'cam-1',
      ts: 1,
      sha256,
      widthPx: 1,
      heightPx: 1,
      detections: [],
      models: [],
    })),
  },
})

export const clear = (n: number): OutboxItem => ({
  id: `clr_${n}`,
  kind: 'clear',
  createdAt: n,
  body: {
    id: `clr_${n}`,
    key: `smoke/${n}`,
    clearedAt: 1,
    reason: { zh: '已恢复', en: 'over' },
    resolves: false,
  },
})

export const event = (
  n: number,
  type = 'sighting',
  data: Record<string, unknown> = {},
): OutboxItem => ({
  id: `evt_${n}`,
  kind: 'event',
  createdAt: n,
  body: { id: `evt_${n}`, ts: n, community: 'home', device: 'cam-1', type, data },
})

/** The store behind promises, as the other thread shows it. */
export const queueOf = (store: OutboxStore): OutboxQueue => ({
  peek: (n) => Promise.resolve(store.peek(n)),
  remove: (ids) => Promise.resolve(store.remove(ids)),
  poison: (id, error) => Promise.resolve(store.poison(id, error)),
})

export interface Heard {
  readonly method: string
  readonly path: string
  readonly key: string
  readonly body: Buffer
}

export interface ScriptedApi {
  readonly url: string
  /** Every request that was read to its end, in order. */
  readonly heard: Heard[]
  close(): Promise<void>
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** A real HTTP server that misbehaves as it is told. `port` 0 for any. */
export async function scriptedApi(
  answer: (heard: Heard, response: ServerResponse) => void,
  port = 0,
): Promise<ScriptedApi> {
  const heard: Heard[] = []
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const key = String(request.headers['idempotency-key'])
      const entry = { method: request.method ?? '', path: request.url ?? '', key, body }
      heard.push(entry)
      answer(entry, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const { port: chosen } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${chosen}`,
    heard,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export const answerJson = (
  response: ServerResponse,
  status: number,
  body: unknown = {},
  headers: Record<string, string> = {},
): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

/** Time that passes only when somebody sleeps; a short real pause lets the network do its part. */
export class FakeTime {
  nowMs = 1_760_000_000_000
  readonly naps: number[] = []
  readonly clock = (): number => this.nowMs
  readonly sleep = async (ms: number, signal: AbortSignal): Promise<void> => {
    if (signal.aborted) return
    this.naps.push(ms)
    this.nowMs += ms
    await new Promise((resolve) => setImmediate(resolve))
  }
}

export async function until(condition: () => boolean, timeoutMs = 15_000): Promise<void> {
  const end = performance.now() + timeoutMs
  while (!condition()) {
    if (performance.now() > end) throw new Error('waited in vain')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
