import { accessErrors } from './errors/access.ts'
import { backtestErrors } from './errors/backtest.ts'
import { httpErrors } from './errors/http.ts'
import { ladderErrors } from './errors/ladder.ts'
import { messageErrors } from './errors/messages.ts'
import { orgErrors } from './errors/org.ts'
import { partErrors } from './errors/parts.ts'
import { ruleErrors } from './errors/rules.ts'
import { soundErrors } from './errors/sounds.ts'

/** The one table of coded errors; `docs/ERRORS.md` is written from it and a test keeps them equal. */
export const errorTable = {
  ...httpErrors,
  ...accessErrors,
  ...ladderErrors,
  ...backtestErrors,
  ...messageErrors,
  ...soundErrors,
  ...orgErrors,
  ...partErrors,
  ...ruleErrors,
} as const

export type ErrorCode = keyof typeof errorTable

/** An error with a code of the table; `detail` says what exactly, without secrets. */
export class CodedError extends Error {
  readonly code: ErrorCode
  readonly extra: Readonly<Record<string, unknown>>
  constructor(code: ErrorCode, detail: string, extra: Readonly<Record<string, unknown>> = {}) {
    super(detail)
    this.name = 'CodedError'
    this.code = code
    this.extra = extra
  }
}

/** RFC 9457 body of every HTTP error. */
export interface ProblemDocument {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: ErrorCode
  readonly hint: string
}
