import type { ServerResponse } from 'node:http'
import { afterEach } from 'vitest'
import { createApiTransport } from '../../../gateway/outbox/api-transport.ts'
import {
  createOutboxSender,
  type OutboxSender,
  type OutboxSenderDeps,
  type OutboxSenderOptions,
} from '../../../gateway/outbox/outbox-sender.ts'
import { createOutboxStore, type OutboxStore } from '../../../gateway/outbox/outbox-store.ts'
import {
  FakeTime,
  type Heard,
  openOutbox,
  queueOf,
  type ScriptedApi,
  scriptedApi,
  silent,
} from './support.ts'

const closers: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const bodyOf = (heard: Heard): { id?: string; events?: { id: string }[] } =>
  JSON.parse(heard.body.toString())
/** Ids of the reports in a request. */
export const idsIn = (heard: Heard): string[] => {
  const { id, events } = bodyOf(heard)
  return events?.map((item) => item.id) ?? (id === undefined ? [] : [id])
}

/** A scripted api that is closed after the test; `n` counts requests from 1. */
export async function api(
  answer: (heard: Heard, response: ServerResponse, n: number) => void,
): Promise<ScriptedApi> {
  let n = 0
  const server = await scriptedApi((heard, response) => answer(heard, response, (n += 1)))
  closers.push(() => server.close())
  return server
}

/** A store that is closed after the test. */
export function outbox(): OutboxStore {
  const db = openOutbox()
  closers.push(() => void db.close())
  return createOutboxStore(db)
}

/** A sender on fake time that is stopped after the test. */
export function sender(
  store: OutboxStore,
  url: string,
  deps: Partial<OutboxSenderDeps> = {},
  options: OutboxSenderOptions = {},
): { readonly sender: OutboxSender; readonly time: FakeTime } {
  const time = new FakeTime()
  const made = createOutboxSender(
    {
      queue: queueOf(store),
      transport: createApiTransport({ clock: time.clock }, { url, token: 'secret' }),
      readEvidence: () => Promise.resolve(null),
      clock: time.clock,
      random: () => 0.5,
      logger: silent,
      sleep: time.sleep,
      ...deps,
    },
    { requestTimeoutMs: 2_000, ...options },
  )
  closers.push(() => made.stop(AbortSignal.abort()))
  return { sender: made, time }
}
