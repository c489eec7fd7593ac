import { createHash, randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, hourMs, minuteMs } from '../../contracts/clock.ts'
import type { Logger } from '../model/logger.ts'

export interface EvidenceOptions {
  readonly folder: string
  /** Bytes of all pictures; beyond it the oldest that nobody refers to go. */
  readonly bytesMax?: number
  /** A picture to which nothing refers after so long is deleted, ms. */
  readonly looseMaxMs?: number
}

export interface EvidenceStats {
  readonly pictures: number
  readonly bytes: number
  /** Pictures not kept: no room left, or the disk refused. */
  readonly refused: number
  readonly swept: number
}

/** Pictures kept as evidence, named by the sha256 of their bytes. Only redacted ones come in here. */
export interface EvidenceStore {
  start(): Promise<void>
  close(): void
  /** The sha256, once the picture is on disk; null, counted, where it could not be kept. */
  put(jpeg: Buffer): Promise<string | null>
  read(sha256: string): Promise<Buffer | null>
  /** Something refers to it: it stays until `release`, also over a restart. False if it is gone. */
  lock(sha256: string): Promise<boolean>
  /** Nothing here needs it any more, as when the api has it. */
  release(sha256: string): Promise<void>
  sweep(): Promise<void>
  stats(): EvidenceStats
}

interface Kept {
  readonly bytes: number
  readonly at: number
  locked: boolean
}

const isSha256 = (text: string): boolean => /^[0-9a-f]{64}$/.test(text)

export function createEvidenceStore(
  deps: { readonly clock: Clock; readonly logger: Logger },
  options: EvidenceOptions,
): EvidenceStore {
  return new FolderStore(deps, options)
}

/** Two folders, `loose` and `locked`: a rename is what survives a power cut. */
class FolderStore implements EvidenceStore {
  readonly #deps: { readonly clock: Clock; readonly logger: Logger }
  readonly #options: Required<EvidenceOptions>
  readonly #kept = new Map<string, Kept>()
  #bytes = 0
  #refused = 0
  #swept = 0
  #timer: NodeJS.Timeout | null = null

  constructor(deps: { readonly clock: Clock; readonly logger: Logger }, options: EvidenceOptions) {
    this.#deps = deps
    this.#options = { bytesMax: 512 * 1024 * 1024, looseMaxMs: hourMs, ...options }
  }

  async start(): Promise<void> {
    for (const locked of [false, true]) {
      const folder = this.#folder(locked)
      await mkdir(folder, { recursive: true })
      for (const name of await readdir(folder)) await this.#adopt(folder, name, locked)
    }
    this.#timer = setInterval(() => {
      this.sweep().catch((error: unknown) => this.#complain(error))
    }, 5 * minuteMs)
    this.#timer.unref()
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
  }

  async put(jpeg: Buffer): Promise<string | null> {
    const sha256 = createHash('sha256').update(jpeg).digest('hex')
    if (this.#kept.has(sha256)) return sha256
    if (!(await this.#makeRoom(jpeg.length))) {
      this.#refused += 1
      return null
    }
    try {
      await writeWhole(this.#folder(false), sha256, jpeg)
    } catch (error) {
      this.#refused += 1
      this.#complain(error)
      return null
    }
    if (!this.#kept.has(sha256)) this.#add(sha256, jpeg.length, this.#deps.clock(), false)
    return sha256
  }

  async read(sha256: string): Promise<Buffer | null> {
    const kept = this.#kept.get(sha256)
    if (kept === undefined) return null
    return readFile(this.#path(sha256, kept.locked)).catch(() => null)
  }

  async lock(sha256: string): Promise<boolean> {
    const kept = this.#kept.get(sha256)
    if (kept === undefined) return false
    if (kept.locked) return true
    kept.locked = true
    try {
      await rename(this.#path(sha256, false), this.#path(sha256, true))
      return true
    } catch (error) {
      kept.locked = false
      this.#complain(error)
      return false
    }
  }

  async release(sha256: string): Promise<void> {
    if (this.#kept.has(sha256)) await this.#delete(sha256)
  }

  async sweep(): Promise<void> {
    const limit = this.#deps.clock() - this.#options.looseMaxMs
    for (const [sha256, kept] of this.#kept) {
      if (kept.locked || kept.at >= limit) continue
      this.#swept += 1
      await this.#delete(sha256)
    }
  }

  stats(): EvidenceStats {
    const { size: pictures } = this.#kept
    return { pictures, bytes: this.#bytes, refused: this.#refused, swept: this.#swept }
  }

  #folder(locked: boolean): string {
    return join(this.#options.folder, locked ? 'locked' : 'loose')
  }
  #path(sha256: string, locked: boolean): string {
    return join(this.#folder(locked), `${sha256}.jpg`)
  }

  async #adopt(folder: string, name: string, locked: boolean): Promise<void> {
    const sha256 = name.replace(/\.jpg$/, '')
    const path = join(folder, name)
    // Half a picture of a write that the power cut ended.
    if (!isSha256(sha256)) return rm(path, { force: true })
    const info = await stat(path)
    this.#add(sha256, info.size, Math.min(info.mtimeMs, this.#deps.clock()), locked)
  }

  #add(sha256: string, bytes: number, at: number, locked: boolean): void {
    this.#kept.set(sha256, { bytes, at, locked })
    this.#bytes += bytes
  }

  async #makeRoom(bytes: number): Promise<boolean> {
    const { bytesMax } = this.#options
    if (this.#bytes + bytes <= bytesMax) return true
    for (const [sha256, kept] of [...this.#kept].sort((a, b) => a[1].at - b[1].at)) {
      if (kept.locked) continue
      this.#swept += 1
      await this.#delete(sha256)
      if (this.#bytes + bytes <= bytesMax) return true
    }
    return false
  }

  async #delete(sha256: string): Promise<void> {
    const kept = this.#kept.get(sha256)
    if (kept === undefined) return
    this.#kept.delete(sha256)
    this.#bytes -= kept.bytes
    await rm(this.#path(sha256, kept.locked), { force: true })
  }

  #complain(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error)
    this.#deps.logger.error({ code: 'disk.full', reason }, 'evidence picture not kept')
  }
}

async function writeWhole(folder: string, sha256: string, bytes: Buffer): Promise<void> {
  const partial = join(folder, `${sha256}.${randomBytes(4).toString('hex')}.part`)
  const file = await open(partial, 'wx')
  try {
    await file.writeFile(bytes)
    await file.sync()
    await file.close()
    await rename(partial, join(folder, `${sha256}.jpg`))
  } catch (error) {
    await file.close().catch(() => null)
    await rm(partial, { force: true })
    throw error
  }
}
