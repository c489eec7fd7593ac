import { err, ok, type Result } from '../../contracts/result.ts'

/**
 * Makes the call and gives up after `timeoutMs` or when the controller aborts, even if the call does not
 * listen to its signal. The error is a short text without secrets.
 */
export async function callWithTimeout<T>(
  call: (signal: AbortSignal) => Promise<T>,
  controller: AbortController,
  timeoutMs: number,
): Promise<Result<T, string>> {
  let timer: NodeJS.Timeout | undefined
  const givenUp = new Promise<Result<T, string>>((resolve) => {
    const { signal } = controller
    signal.addEventListener('abort', () => resolve(err('stopped')), { once: true })
    timer = setTimeout(() => {
      resolve(err(`no answer within ${timeoutMs} ms`))
      controller.abort()
    }, timeoutMs)
  })
  const answered = call(controller.signal).then(ok, (error: unknown) => err(detailOf(error)))
  try {
    return await Promise.race([answered, givenUp])
  } finally {
    clearTimeout(timer)
  }
}

/** fetch hides the reason (`ECONNREFUSED`) in `cause`. */
function detailOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : null
  return code === null ? error.message : `${error.message}: ${code}`
}
