import { parentPort } from 'node:worker_threads'
import type { WorkerAnswer } from '../../gateway/vision/protocol.ts'

/** A detector thread that eats all the memory it may have on the first picture: byte 3 of it says `stay`. */
parentPort?.on('message', () => {
  const eaten: number[][] = []
  for (;;) eaten.push(Array.from({ length: 100_000 }, () => eaten.length + 0.5))
})
parentPort?.postMessage({ kind: 'ready', loaded: [], failed: [] } satisfies WorkerAnswer)
