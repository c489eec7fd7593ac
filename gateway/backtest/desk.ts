import type { BacktestAnswer, BacktestRequest } from '../../contracts/backtest.ts'
import { minuteMs } from '../../contracts/clock.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { ExplainRequest, GatewayExplanation } from '../../contracts/explain.ts'
import type { RuleBook } from '../../config/rules.ts'
import { spawnWorker } from '../model/worker.ts'
import type { ReplayAnswer, ReplayJob } from './job.ts'

export interface ReplayDesk {
  /** Throws `request.invalid`, `backtest.busy`, `backtest.no-log`, `backtest.stopped`. */
  backtest(request: BacktestRequest): Promise<BacktestAnswer>
  explain(request: ExplainRequest): Promise<GatewayExplanation>
  close(): Promise<void>
}

const timeMaxMs = 2 * minuteMs
/** Two weeks of engine state and a page of the log fit several times. */
const heapMaxMb = 1_024

/** Replays for whoever asks over HTTP: one at a time, in a thread with a bound on time and memory. */
export function createReplayDesk(deps: {
  /** Path of gateway.db. */
  readonly file: string
  readonly inForce: () => RuleBook
}): ReplayDesk {
  let running: { stop(): Promise<unknown> } | null = null

  function run(job: ReplayJob): Promise<unknown> {
    if (running !== null) throw new CodedError('backtest.busy', 'one replay at a time')
    return new Promise((resolve, reject) => {
      const worker = spawnWorker(import.meta.url, './thread.ts', {
        workerData: job,
        resourceLimits: { maxOldGenerationSizeMb: heapMaxMb },
      })
      const mine = { stop: () => worker.terminate() }
      running = mine
      const timer = setTimeout(() => void worker.terminate(), timeMaxMs)
      worker.on('message', (answer: ReplayAnswer) => {
        if (answer.ok) resolve(answer.value)
        else reject(new CodedError(answer.code, answer.detail))
        // It has nothing more to do; whoever asks next need not wait for its end.
        running = null
        void worker.terminate()
      })
      worker.on('error', (error) => reject(new CodedError('backtest.stopped', error.message)))
      worker.on('exit', () => {
        clearTimeout(timer)
        if (running === mine) running = null
        reject(new CodedError('backtest.stopped', 'took too long, or the box is stopping'))
      })
    })
  }

  const common = () => ({ file: deps.file, inForce: deps.inForce() })
  return {
    backtest: async (request) =>
      (await run({ ...common(), kind: 'backtest', request })) as BacktestAnswer,
    explain: async (request) =>
      (await run({ ...common(), kind: 'explain', request })) as GatewayExplanation,
    close: async () => void (await running?.stop()),
  }
}
