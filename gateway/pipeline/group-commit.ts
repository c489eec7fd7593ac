import { BatchEncoder } from '../ingest/batch-codec.ts'
import type { LogRecord } from '../model/record.ts'

export type Done = (error: Error | null) => void

export interface Batch {
  readonly body: Uint8Array<ArrayBuffer>
  /** One per record, in order. */
  readonly dones: readonly Done[]
}

export interface GroupLimits {
  readonly batchBytesMax: number
  /** Bytes that wait for a commit in all; what comes on top is refused, and so not acknowledged. */
  readonly waitingBytesMax: number
}

/** Gathers records into batches while a commit is under way. */
export class GroupCommit {
  readonly #limits: GroupLimits
  #encoder = new BatchEncoder()
  #dones: Done[] = []
  #ready: Batch[] = []
  #readyBytes = 0

  constructor(limits: GroupLimits) {
    this.#limits = limits
  }

  get isEmpty(): boolean {
    return this.#ready.length === 0 && this.#encoder.count === 0
  }

  /** False when there is no room: the record was not taken. */
  add(record: LogRecord, done: Done): boolean {
    if (
      this.#readyBytes + this.#encoder.bytes + record.payload.length >
      this.#limits.waitingBytesMax
    )
      return false
    if (this.#encoder.full || this.#encoder.bytes >= this.#limits.batchBytesMax) this.#finish()
    this.#encoder.add(record)
    this.#dones.push(done)
    return true
  }

  take(): Batch | null {
    if (this.#ready.length === 0 && this.#encoder.count > 0) this.#finish()
    const batch = this.#ready.shift() ?? null
    if (batch !== null) this.#readyBytes -= batch.body.byteLength
    return batch
  }

  #finish(): void {
    const batch = { body: this.#encoder.take(), dones: this.#dones }
    this.#ready.push(batch)
    this.#readyBytes += batch.body.byteLength
    this.#dones = []
  }
}
