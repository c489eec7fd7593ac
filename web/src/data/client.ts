import type { Language } from '../text/format.ts'
import { ProblemError, problemOf } from './problem.ts'

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
export type QueryValues = Readonly<Record<string, string | number | undefined>>

/** All requests of the console: same origin, the session cookie, errors as ProblemError. */
export interface Client {
  get<Answer>(path: string, query?: QueryValues): Promise<Answer>
  /** A JPEG of the box. */
  picture(path: string, query?: QueryValues): Promise<Blob>
  send<Answer>(method: Method, path: string, body?: unknown, query?: QueryValues): Promise<Answer>
  /** A file as it is. */
  upload<Answer>(path: string, file: Blob): Promise<Answer>
}

const base = '/api/v1'
const timeoutMs = 20_000
/** A photo on a weak link, and the box that cleans it. */
const uploadTimeoutMs = 60_000

export const apiUrl = (path: string, query: QueryValues = {}): string => {
  const filled = Object.entries(query).filter((pair) => pair[1] !== undefined)
  const text = new URLSearchParams(filled.map(([name, value]) => [name, String(value)])).toString()
  return `${base}${path}${text === '' ? '' : `?${text}`}`
}

const picture = async (path: string, query?: QueryValues): Promise<Blob> => {
  const request: RequestInit = { signal: AbortSignal.timeout(timeoutMs) }
  const answer = await fetch(apiUrl(path, query), request).catch((error: unknown) => {
    throw new ProblemError({ detail: String(error) }, 0)
  })
  if (!answer.ok) throw await problemOf(answer)
  return answer.blob()
}

export function createClient(language: Language): Client {
  const send = async <Answer>(
    method: Method,
    path: string,
    body?: unknown,
    query?: QueryValues,
  ): Promise<Answer> => {
    const headers: Record<string, string> = {
      'accept-language': language,
      accept: 'application/json',
    }
    if (body !== undefined) headers['content-type'] = 'application/json'
    const request: RequestInit = { method, headers, signal: AbortSignal.timeout(timeoutMs) }
    if (body !== undefined) request.body = JSON.stringify(body)
    const answer = await fetch(apiUrl(path, query), request).catch((error: unknown) => {
      throw new ProblemError({ detail: String(error) }, 0)
    })
    if (!answer.ok) throw await problemOf(answer)
    if (answer.status === 204) return undefined as Answer
    const text = await answer.text()
    return (text === '' ? undefined : JSON.parse(text)) as Answer
  }
  const upload = async <Answer>(path: string, file: Blob): Promise<Answer> => {
    const answer = await fetch(apiUrl(path), {
      method: 'POST',
      headers: { 'accept-language': language, 'content-type': file.type },
      body: file,
      signal: AbortSignal.timeout(uploadTimeoutMs),
    }).catch((error: unknown) => {
      throw new ProblemError({ detail: String(error) }, 0)
    })
    if (!answer.ok) throw await problemOf(answer)
    return (await answer.json()) as Answer
  }
  return { send, upload, picture, get: (path, query) => send('GET', path, undefined, query) }
}
