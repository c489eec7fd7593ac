import type { LogRecord } from '../model/record.ts'
import type { Done, RecordSink } from './broker.ts'

async function settle(promise: Promise<void>, done: Done): Promise<void> {
  try {
    await promise
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)))
    return
  }
  done(null)
}

/** Calls the sink in whichever of its two forms it takes. */
export function storeRecord(sink: RecordSink, record: LogRecord, done: Done): void {
  const promise = sink(record, done)
  if (promise !== undefined) void settle(promise, done)
}
