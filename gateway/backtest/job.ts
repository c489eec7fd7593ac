import type { BacktestAnswer, BacktestRequest } from '../../contracts/backtest.ts'
import type { ErrorCode } from '../../contracts/errors.ts'
import type { ExplainRequest, GatewayExplanation } from '../../contracts/explain.ts'
import type { RuleBook } from '../../config/rules.ts'

/** What a replay thread is started with; plain data. */
export type ReplayJob = { readonly file: string; readonly inForce: RuleBook } & (
  | { readonly kind: 'backtest'; readonly request: BacktestRequest }
  | { readonly kind: 'explain'; readonly request: ExplainRequest }
)

export type ReplayAnswer =
  | { readonly ok: true; readonly value: BacktestAnswer | GatewayExplanation }
  | { readonly ok: false; readonly code: ErrorCode; readonly detail: string }
