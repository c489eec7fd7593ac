import { parentPort, workerData } from 'node:worker_threads'
import { type BoxRun, runBox } from './run-box.ts'

/** Runs one box in a thread of its own: they share nothing. */
const port = parentPort
if (port === null) throw new Error('worker.ts runs in a worker thread')
const figures = runBox(workerData as BoxRun, (share) => port.postMessage({ share }))
port.postMessage({ figures })
