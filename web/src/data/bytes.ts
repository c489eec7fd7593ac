import type { Language } from '../text/format.ts'
import { apiUrl, type QueryValues } from './client.ts'
import { ProblemError, problemOf } from './problem.ts'

const timeoutMs = 120_000

async function ask(path: string, request: RequestInit, query?: QueryValues): Promise<Response> {
  const signal = AbortSignal.timeout(timeoutMs)
  const answer = await fetch(apiUrl(path, query), { ...request, signal }).catch(
    (error: unknown) => {
      throw new ProblemError({ detail: String(error) }, 0)
    },
  )
  if (!answer.ok) throw await problemOf(answer)
  return answer
}

/** Brings a file as it is; what it is, the box finds out by itself. */
export async function sendFile<Answer>(
  path: string,
  file: Blob,
  query: QueryValues,
  language: Language,
): Promise<Answer> {
  const headers = {
    'accept-language': language,
    'content-type': file.type === '' ? 'application/octet-stream' : file.type,
  }
  const answer = await ask(path, { method: 'POST', headers, body: file }, query)
  return (await answer.json()) as Answer
}

/** Asks for something that is no text. */
export async function askForBytes(path: string, body: unknown, language: Language): Promise<Blob> {
  const headers = { 'accept-language': language, 'content-type': 'application/json' }
  const answer = await ask(path, { method: 'POST', headers, body: JSON.stringify(body) })
  return answer.blob()
}
