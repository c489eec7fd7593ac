import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'

/** What was seen in pictures, kept so that a run that was broken off can go on. */
export interface LookCache {
  /** Undefined: not seen yet. */
  get(key: string): unknown
  put(key: string, value: unknown): void
  /** How many looks were found in the file at the start. */
  readonly found: number
}

/**
 * One JSON line per look, written at once, so that an abort loses at most the picture in work; a torn
 * last line is passed over. The file is the owner's alone: it can hold embeddings of faces.
 */
export function openLookCache(file: string, fresh: boolean): LookCache {
  if (fresh) rmSync(file, { force: true })
  mkdirSync(dirname(file), { recursive: true })
  const kept = new Map<string, unknown>()
  if (existsSync(file)) {
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const entry = parseEntry(line)
      if (entry !== null) kept.set(entry.key, entry.value)
    }
    // What follows a torn line starts on a line of its own.
    appendFileSync(file, '\n')
  } else {
    appendFileSync(file, '', { mode: 0o600 })
  }
  chmodSync(file, 0o600)
  return {
    get: (key) => kept.get(key),
    put(key, value) {
      kept.set(key, value)
      appendFileSync(file, `${JSON.stringify({ key, value })}\n`, { mode: 0o600 })
    },
    found: kept.size,
  }
}

function parseEntry(line: string): { readonly key: string; readonly value: unknown } | null {
  if (line === '') return null
  try {
    const entry = JSON.parse(line) as { key?: unknown; value?: unknown } | null
    if (entry === null || typeof entry.key !== 'string' || entry.value === undefined) return null
    return { key: entry.key, value: entry.value }
  } catch {
    return null
  }
}
