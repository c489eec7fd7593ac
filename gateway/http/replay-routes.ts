import type { FastifyInstance } from 'fastify'
import { Compile } from 'typebox/compile'
import { type BacktestAnswer, BacktestRequest } from '../../contracts/backtest.ts'
import { CodedError } from '../../contracts/errors.ts'
import { ExplainRequest, type GatewayExplanation } from '../../contracts/explain.ts'

export interface PrivateReplay {
  backtest(request: BacktestRequest): Promise<BacktestAnswer>
  explain(request: ExplainRequest): Promise<GatewayExplanation>
}

const isBacktest = Compile(BacktestRequest)
const isExplain = Compile(ExplainRequest)

/** Questions to what was recorded. */
export function replayRoutes(app: FastifyInstance, replay: PrivateReplay): void {
  app.post('/backtest', (request) => {
    if (!isBacktest.Check(request.body))
      throw new CodedError('request.invalid', 'needs rules, from and to')
    return replay.backtest(request.body)
  })
  app.post('/explain', (request) => {
    if (!isExplain.Check(request.body)) throw new CodedError('request.invalid', 'not an anomaly')
    return replay.explain(request.body)
  })
}
