import type { ProblemDocument } from '../../../contracts/errors.ts'

/** A refusal of the server, or no answer at all (`network`); `title` and `hint` come in the chosen language. */
export class ProblemError extends Error {
  readonly status: number
  readonly code: string
  readonly hint: string
  readonly detail: string
  /** What an action still demands, by field name. */
  readonly missing: readonly string[]
  constructor(facts: Partial<ProblemDocument> & { missing?: readonly string[] }, status: number) {
    super(facts.title ?? '')
    this.name = 'ProblemError'
    this.status = status
    this.code = facts.code ?? (status === 0 ? 'network' : 'unknown')
    this.hint = facts.hint ?? ''
    this.detail = facts.detail ?? ''
    this.missing = facts.missing ?? []
  }
}

/** RFC 9457 body, or what little a proxy in between says. */
export async function problemOf(answer: Response): Promise<ProblemError> {
  const text = await answer.text()
  try {
    return new ProblemError(JSON.parse(text) as Partial<ProblemDocument>, answer.status)
  } catch {
    return new ProblemError({ detail: text.slice(0, 200) }, answer.status)
  }
}

export const isProblem = (error: unknown, code?: string): error is ProblemError =>
  error instanceof ProblemError && (code === undefined || error.code === code)
