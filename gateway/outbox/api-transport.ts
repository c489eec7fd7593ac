import type { Clock } from '../../contracts/clock.ts'
import { type ApiAnswer, retryAfterMs } from './answer.ts'

export interface CallOptions {
  readonly idempotencyKey: string
  readonly signal: AbortSignal
}

/** How the outbox reaches the api. Rejects when no answer came. */
export interface ApiTransport {
  post(path: string, body: unknown, options: CallOptions): Promise<ApiAnswer>
  /** `PUT /api/v1/evidence/{sha256}`, image/jpeg or video/mp4 as the bytes say. */
  putEvidence(sha256: string, bytes: Uint8Array, options: CallOptions): Promise<ApiAnswer>
}

const answerBytesMax = 256 * 1024

/** Reads at most `answerBytesMax`; what is longer or is not JSON is null, the status counts all the same. */
async function bodyOf(response: Response): Promise<unknown> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > answerBytesMax) return null
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    return null
  }
}

/** ISO/IEC 14496-12, 4.3: it begins with a box of type `ftyp`. */
const isMp4 = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes.subarray(4, 8)).toString('latin1') === 'ftyp'

/** The real one: fetch with the service token. Redirects are not followed. */
export function createApiTransport(
  deps: { readonly clock: Clock },
  options: { readonly url: string; readonly token: string },
): ApiTransport {
  const base = options.url.replace(/\/+$/, '')
  const call = async (
    method: string,
    path: string,
    contentType: string,
    body: string | Uint8Array<ArrayBuffer>,
    { idempotencyKey, signal }: CallOptions,
  ): Promise<ApiAnswer> => {
    const response = await fetch(`${base}${path}`, {
      method,
      body,
      signal,
      redirect: 'manual',
      headers: {
        authorization: `Bearer ${options.token}`,
        'content-type': contentType,
        'idempotency-key': idempotencyKey,
      },
    })
    return {
      status: response.status,
      retryAfterMs: retryAfterMs(response.headers.get('retry-after'), deps.clock()),
      body: await bodyOf(response),
    }
  }
  return {
    post: (path, body, callOptions) =>
      call('POST', path, 'application/json', JSON.stringify(body), callOptions),
    putEvidence: (sha256, bytes, callOptions) =>
      call(
        'PUT',
        `/api/v1/evidence/${encodeURIComponent(sha256)}`,
        isMp4(bytes) ? 'video/mp4' : 'image/jpeg',
        new Uint8Array(bytes),
        callOptions,
      ),
  }
}
