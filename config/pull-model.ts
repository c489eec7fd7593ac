import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CodedError } from '../contracts/errors.ts'
import { type ModelEntry, sha256Of } from './models.ts'

export interface PullOptions {
  /** A folder to copy from; null asks the upstream address. */
  readonly from: string | null
  /** The folder to fill, as `$LINLI_HOME/models`. */
  readonly to: string
  readonly timeoutMs?: number
  readonly fetch?: typeof fetch
}

/**
 * Brings one model into `to` and returns its path. What arrives is held against size and sha256
 * before it gets its name, by an atomic rename: a half-written file never has it.
 *
 * @throws CodedError `model.missing` where the source has none, `model.refused` on another sha256
 */
export async function pullModel(entry: ModelEntry, options: PullOptions): Promise<string> {
  const bytes =
    options.from === null
      ? await download(entry, options.timeoutMs ?? 120_000, options.fetch ?? fetch)
      : await read(entry, join(options.from, entry.file))
  if (bytes.length !== entry.bytes || sha256Of(bytes) !== entry.sha256)
    throw new CodedError('model.refused', `${entry.file}: ${bytes.length} bytes, wrong sha256`)
  await mkdir(options.to, { recursive: true })
  const path = join(options.to, entry.file)
  const partial = `${path}.${randomBytes(6).toString('hex')}.part`
  try {
    const file = await open(partial, 'wx', 0o644)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(partial, path)
  } finally {
    await rm(partial, { force: true })
  }
  return path
}

async function read(entry: ModelEntry, path: string): Promise<Uint8Array> {
  const info = await stat(path).catch(() => null)
  if (info === null) throw new CodedError('model.missing', path)
  if (info.size !== entry.bytes)
    throw new CodedError('model.refused', `${path}: ${info.size} bytes, ${entry.bytes} expected`)
  return readFile(path)
}

async function download(
  entry: ModelEntry,
  timeoutMs: number,
  fetch: typeof globalThis.fetch,
): Promise<Uint8Array> {
  const address = entry.upstream ?? null
  if (address === null)
    throw new CodedError('model.missing', `${entry.file} has no upstream address; use --from DIR`)
  const signal = AbortSignal.timeout(timeoutMs)
  const answer = await fetch(address, { signal }).catch((error: unknown) => {
    throw new CodedError('model.missing', `${address}: ${String(error)}`)
  })
  if (!answer.ok || answer.body === null)
    throw new CodedError('model.missing', `${address}: HTTP ${answer.status}`)
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
    length += chunk.length
    // Leaving the loop cancels the body: an endless answer is not read.
    if (length > entry.bytes)
      throw new CodedError('model.refused', `${address}: more than ${entry.bytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
