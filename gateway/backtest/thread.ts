import { parentPort, workerData } from 'node:worker_threads'
import { loadRules } from '../../config/rules.ts'
import { CodedError } from '../../contracts/errors.ts'
import { assert } from '../../contracts/result.ts'
import { backtest } from './backtest.ts'
import { explain } from './explain.ts'
import type { ReplayAnswer, ReplayJob } from './job.ts'

/** One replay in a thread of its own, so that neither devices nor people wait for it. An entry file. */
assert(parentPort !== null, 'thread.ts runs in a worker thread')
const job = workerData as ReplayJob

async function answer(): Promise<ReplayAnswer> {
  try {
    if (job.kind === 'explain') return { ok: true, value: explain(job, job.request) }
    const { rules, from, to, communities } = job.request
    const changed = loadRules(rules, 'rules')
    const { file, inForce } = job
    const inputs = { file, inForce, changed, from, to, communities }
    return { ok: true, value: await backtest(inputs, { elapsed: () => performance.now() }) }
  } catch (error) {
    const own = error instanceof CodedError ? error.code : 'internal'
    // The rules came with the request.
    const code = own === 'config.invalid' ? 'request.invalid' : own
    return { ok: false, code, detail: error instanceof Error ? error.message : String(error) }
  }
}

parentPort.postMessage(await answer())
