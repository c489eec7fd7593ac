import type { Worker } from 'node:worker_threads'
import { CodedError } from '../../contracts/errors.ts'
import type { Logger } from '../model/logger.ts'
import { spawnWorker } from '../model/worker.ts'
import type { Batch } from './group-commit.ts'
import type {
  CommittedEffects,
  Failure,
  FromThread,
  PipelineMethods,
  Restored,
  ToThread,
} from './messages.ts'
import type { PipelineSettings } from './settings.ts'

export interface LinkEvents {
  /** A commit is through or refused: there is room for the next. */
  readonly onIdle: () => void
  readonly onEffects: (effects: CommittedEffects) => void
  /** The disk took a batch not; nothing of it is acknowledged. */
  readonly onRefused: (failure: Failure) => void
  readonly onExit: (failure: Failure) => void
  readonly logger: Logger
}

interface Call {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

const callsMax = 10_000
const errorOf = ({ code, detail }: Failure): CodedError => new CodedError(code, detail)

/** One life of the pipeline thread: batches and questions under way, all failed when it dies. */
export class ThreadLink {
  readonly #events: LinkEvents
  readonly #worker: Worker
  readonly #batches = new Map<number, Batch>()
  readonly #calls = new Map<number, Call>()
  #id = 0
  #dead = false
  readonly ready: Promise<Restored>

  constructor(settings: PipelineSettings, events: LinkEvents) {
    this.#events = events
    this.#worker = spawnWorker(import.meta.url, './thread.ts', { workerData: settings })
    this.ready = new Promise((resolve, reject) => {
      this.#worker.on('message', (message: FromThread) => {
        if (message.type === 'ready') resolve(message.restored)
        else if (message.type === 'broken') reject(errorOf(message.failure))
        else this.#hear(message)
      })
      const end = (detail: string): void => {
        reject(new CodedError('internal', detail))
        this.#end({ code: 'internal', detail })
      }
      this.#worker.on('error', (error: Error) => end(`pipeline thread: ${error.message}`))
      this.#worker.on('exit', (code) => end(`pipeline thread ended with ${code}`))
    })
  }

  get underWay(): number {
    return this.#batches.size
  }
  get dead(): boolean {
    return this.#dead
  }

  commit(batch: Batch): void {
    const id = ++this.#id
    this.#batches.set(id, batch)
    this.#post({ type: 'batch', id, body: batch.body }, [batch.body.buffer])
  }

  async call<M extends keyof PipelineMethods>(
    method: M,
    ...args: Parameters<PipelineMethods[M]>
  ): Promise<Awaited<ReturnType<PipelineMethods[M]>>> {
    if (this.#dead || this.#calls.size >= callsMax)
      throw new CodedError('internal', 'the pipeline does not answer now')
    const answer = await new Promise<unknown>((resolve, reject) => {
      const id = ++this.#id
      this.#calls.set(id, { resolve, reject })
      this.#post({ type: 'call', id, method, args })
    })
    return answer as Awaited<ReturnType<PipelineMethods[M]>>
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate()
  }

  #post(message: ToThread, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer)
  }

  #hear(message: Exclude<FromThread, { type: 'ready' | 'broken' }>): void {
    switch (message.type) {
      case 'committed':
        this.#committed(message)
        break
      case 'refused':
        this.#events.onRefused(message.failure)
        this.#finish(message.id, errorOf(message.failure))
        break
      case 'answer':
        this.#calls.get(message.id)?.resolve(message.value)
        this.#calls.delete(message.id)
        break
      case 'no-answer':
        this.#calls.get(message.id)?.reject(errorOf(message.failure))
        this.#calls.delete(message.id)
        break
      case 'log':
        this.#events.logger[message.level](message.fields, message.message)
        break
    }
  }

  #committed(message: Extract<FromThread, { type: 'committed' }>): void {
    if (message.outOfStep.length === 0) this.#finish(message.id, null)
    else this.#finish(message.id, null, new Set(message.outOfStep))
    if (message.effects !== null) this.#events.onEffects(message.effects)
  }

  #finish(id: number, error: Error | null, outOfStep?: ReadonlySet<number>): void {
    const batch = this.#batches.get(id)
    if (batch === undefined) return
    this.#batches.delete(id)
    // The next commit starts before the acknowledgements of this one are written.
    this.#events.onIdle()
    for (const [position, done] of batch.dones.entries()) {
      if (outOfStep?.has(position) === true)
        done(new CodedError('gateway.roster-version', 'the change does not follow on this version'))
      else done(error)
    }
  }

  #end(failure: Failure): void {
    if (this.#dead) return
    this.#dead = true
    const error = errorOf(failure)
    for (const { reject } of this.#calls.values()) reject(error)
    this.#calls.clear()
    const batches = [...this.#batches.values()]
    this.#batches.clear()
    for (const { dones } of batches) for (const done of dones) done(error)
    this.#events.onExit(failure)
  }
}
