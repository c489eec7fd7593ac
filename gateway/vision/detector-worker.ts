import { setPriority } from 'node:os'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { CodedError } from '../../contracts/errors.ts'
import { tuneDecoder } from '../../detectors/decode.ts'
import { redactPicture } from '../../detectors/redact.ts'
import { analyseFrame } from './analyse-frame.ts'
import { type Eyes, openEyes } from './eyes.ts'
import type { Analysis } from '../model/vision.ts'
import type { JobMessage, StopMessage, WorkerAnswer, WorkerData } from './protocol.ts'

/**
 * A detector thread. It takes at most the jobs that the pool hands it (two): while the model runs for
 * one, libuv's threads decode the next. Started by vision-pool.ts.
 */
async function main(port: MessagePort, data: WorkerData): Promise<void> {
  yieldToMainLoop()
  tuneDecoder()
  const stopping = new AbortController()
  port.on('message', (message: JobMessage | StopMessage) => {
    if (!('stop' in message)) return
    // The thread ends once what it has begun is done.
    stopping.abort()
    port.close()
  })
  const { eyes, failed } = await openEyes(data.models, stopping.signal)
  if (stopping.signal.aborted) return
  port.on('message', (message: JobMessage | StopMessage) => {
    if ('stop' in message) return
    answer(eyes, message).then(
      ([reply, transfer]) => port.postMessage(reply, transfer),
      (error: unknown) => port.postMessage(failure(message.id, error)),
    )
  })
  const loaded = eyes.models.map((model) => model.name)
  port.postMessage({ kind: 'ready', loaded, failed } satisfies WorkerAnswer)
}

async function answer(eyes: Eyes, message: JobMessage): Promise<[WorkerAnswer, ArrayBuffer[]]> {
  const { id, work } = message
  if (work.kind === 'analyse') {
    const { value, ms } = await analyseFrame(eyes, work.jpeg, work.request)
    return [{ kind: 'analysed', id, value, ms }, buffersOf(value)]
  }
  const { faces, plates } = eyes
  const value = await redactPicture(work.jpeg, faces, { ...work.request, plates })
  return [{ kind: 'redacted', id, value }, []]
}

/** Arrays that change hands in place of being copied. */
function buffersOf({ sample, memory, scene }: Analysis): ArrayBuffer[] {
  const arrays = [sample, memory?.mean, memory?.deviation, scene?.edges]
  return arrays.flatMap((array) => (array === undefined ? [] : [array.buffer as ArrayBuffer]))
}

function failure(id: number, error: unknown): WorkerAnswer {
  if (error instanceof CodedError)
    return { kind: 'failed', id, code: error.code, detail: error.message }
  const detail = error instanceof Error ? error.message : String(error)
  return { kind: 'failed', id, code: 'model.crashed', detail }
}

/**
 * On Linux a nice value belongs to the thread that sets it: when all cores are busy with pictures,
 * the broker's loop still runs at once. Elsewhere it changes nothing that matters.
 */
function yieldToMainLoop(): void {
  try {
    if (process.platform === 'linux') setPriority(2)
  } catch {
    // A sandbox may forbid it; detection works without.
  }
}

if (parentPort !== null) await main(parentPort, workerData as WorkerData)
