import type { LoginAnswer } from '../../contracts/http/auth.ts'
import type { ListAnswer } from '../../contracts/http/system.ts'

/** An answer that is not 2xx; `code` is the one of problem+json. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  constructor(request: string, status: number, code: string, detail: string) {
    super(`${request}: ${status} ${code} ${detail}`)
    this.name = 'ApiError'
    this.status = status
    this.code = code
  }
}

/** The public HTTP interface, as any other client uses it. Paths are relative to `/api/v1`. */
export interface ApiClient {
  readonly address: string
  signIn(username: string, password: string): Promise<void>
  token(): string
  get<T>(path: string): Promise<T>
  /** All pages of a list, at most 10,000 items. */
  list<T>(path: string): Promise<readonly T[]>
  post<T>(path: string, body: unknown): Promise<T>
  patch<T>(path: string, body: unknown): Promise<T>
  /** Status of an answer, whatever it is; 0 where nobody answers. */
  status(path: string): Promise<number>
}

const requestTimeoutMs = 15_000
const itemsMax = 10_000

export function createApiClient(address: string): ApiClient {
  let bearer: string | null = null

  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${address}/api/v1${path}`, {
      method,
      signal: AbortSignal.timeout(requestTimeoutMs),
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const answer: unknown = text === '' ? null : parseJson(text)
    if (response.ok) return answer as T
    const problem = (answer ?? {}) as { code?: string; detail?: string }
    throw new ApiError(
      `${method} ${path}`,
      response.status,
      problem.code ?? 'no-code',
      problem.detail ?? text.slice(0, 300),
    )
  }
  return {
    address,
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    patch: (path, body) => call('PATCH', path, body),
    async signIn(username, password) {
      const answer = await call<LoginAnswer>('POST', '/auth/login', { username, password })
      bearer = answer.token
    },
    token() {
      if (bearer === null) throw new Error('invariant broken: not signed in')
      return bearer
    },
    async list<T>(path: string) {
      const items: T[] = []
      let cursor: string | null = null
      do {
        const page: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
        const answer: ListAnswer<T> = await call(
          'GET',
          `${path}${path.includes('?') ? '&' : '?'}limit=1000${page}`,
        )
        items.push(...answer.items)
        cursor = answer.next
      } while (cursor !== null && items.length < itemsMax)
      return items
    },
    async status(path) {
      try {
        const response = await fetch(`${address}/api/v1${path}`, {
          signal: AbortSignal.timeout(2_000),
        })
        await response.body?.cancel()
        return response.status
      } catch {
        return 0
      }
    },
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
