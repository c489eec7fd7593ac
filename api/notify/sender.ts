import { secondMs } from '../../contracts/clock.ts'
import type { Channel } from './channels/channel.ts'
import { Lane, type LaneDeps } from './lane.ts'
import { type PassDeps, pass, passMax } from './pass.ts'

export interface SenderDeps extends LaneDeps, PassDeps {
  /** By the name that rows carry. */
  readonly channels: ReadonlyMap<string, Channel>
  /** Puts what happened elsewhere on the queue; true where there may be more. */
  readonly follow: () => Promise<boolean>
}

const everyMs = secondMs

/**
 * Drains the queue of messages: lets through what may go (quiet hours, caps, digests), hands it to one
 * lane per channel, and writes down what became of it. A crash repeats at most the one message per
 * channel that was on its way; its id is the same.
 */
export class NotifySender {
  readonly #deps: SenderDeps
  readonly #lanes: ReadonlyMap<string, Lane>
  /** Null where all went well, else what was thrown. */
  #running: Promise<unknown> | null = null
  #again = false
  #closed = false
  #timer: NodeJS.Timeout | null = null
  #depth = 0

  constructor(deps: SenderDeps) {
    this.#deps = deps
    this.#lanes = new Map(
      [...deps.channels].map(([name, channel]) => [name, new Lane(deps, name, channel)]),
    )
  }

  async start(): Promise<void> {
    const { db, clock } = this.#deps
    await db
      .updateTable('notifications')
      .set({ state: 'queued', released_at: null, next_at: clock() })
      .where('state', '=', 'ready')
      .execute()
    this.#timer = setInterval(() => this.wake(), everyMs)
    this.#timer.unref()
    this.wake()
  }

  /** Something was put on the queue. Cheap. */
  wake(): void {
    if (this.#closed || this.#timer === null) return
    void this.#run()
  }

  /** Works until nothing is due and every lane rests. Throws where the queue cannot be read. */
  async settle(): Promise<void> {
    for (;;) {
      const thrown = await this.#run()
      if (thrown !== null) throw thrown
      await Promise.all([...this.#lanes.values()].map((lane) => lane.run()))
      if ((await this.#due()) === 0) return
    }
  }

  /** Messages that wait. */
  get depth(): number {
    return this.#depth
  }

  /** By channel: what was sent, failed and tried again, and until when it is shut; null while it is open. */
  lanes(): readonly {
    readonly name: string
    readonly sent: number
    readonly failed: number
    readonly retries: number
    readonly shutUntil: number | null
  }[] {
    const now = this.#deps.clock()
    return [...this.#lanes.values()].map(({ name, stats, shutUntil }) => ({
      name,
      ...stats,
      shutUntil: shutUntil > now ? shutUntil : null,
    }))
  }

  async close(): Promise<void> {
    this.#closed = true
    if (this.#timer !== null) clearInterval(this.#timer)
    await this.#running
    await Promise.all([...this.#lanes.values()].map((lane) => lane.close()))
  }

  #run(): Promise<unknown> {
    this.#again = true
    this.#running ??= this.#passes()
      .then(
        () => null,
        (error: unknown) => {
          this.#deps.logger.error({ err: error }, 'notify: the queue could not be read')
          return error
        },
      )
      .finally(() => {
        this.#running = null
      })
    return this.#running
  }

  async #passes(): Promise<void> {
    const { transact } = this.#deps
    while (this.#again && !this.#closed) {
      this.#again = await this.#deps.follow()
      if ((await this.#due()) === 0) continue
      const now = this.#deps.clock()
      const passed = await transact((trx) => pass(trx, this.#deps, now, this.#shut(now)))
      for (const name of passed.ready) void this.#lanes.get(name)?.run()
      if (passed.judged === passMax) this.#again = true
    }
  }

  #shut(now: number): ReadonlySet<string> {
    return new Set(
      [...this.#lanes.values()].filter(({ shutUntil }) => shutUntil > now).map(({ name }) => name),
    )
  }

  /** How many could be judged now; counts what waits on the way. */
  async #due(): Promise<number> {
    const { db, clock } = this.#deps
    const now = clock()
    const shut = [...this.#shut(now)]
    const waiting = await db
      .selectFrom('notifications')
      .select(['channel', ({ fn }) => fn.countAll<number>().as('count')])
      .where('next_at', 'is not', null)
      .groupBy('channel')
      .execute()
    this.#depth = waiting.reduce((sum, { count }) => sum + count, 0)
    if (this.#depth === 0) return 0
    let query = db
      .selectFrom('notifications')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('next_at', '<=', now)
    if (shut.length > 0) query = query.where('channel', 'not in', shut)
    return (await query.executeTakeFirstOrThrow()).count
  }
}
