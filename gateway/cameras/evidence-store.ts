import { createHash, randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, dayMs, hourMs, minuteMs } from '../../contracts/clock.ts'
import type { Logger } from '../model/logger.ts'

export interface EvidenceOptions {
  readonly folder: string
  /** Bytes of all pictures; beyond it the oldest that nobody refers to go. */
  readonly bytesMax?: number
  /** A picture to which nothing refers after so long is deleted, ms. */
  readonly looseMaxMs?: number
  /** What the api has not taken after so long, ms: the spool is no archive. */
  readonly lockedMaxMs?: number
  /** Pictures of refused strangers, ms; never above a day (control C5). */
  readonly refusedMaxMs?: number
}

/**
 * `event`: for anomalies; waits here for the api, which keeps it while its ticket is open.
 * `refused`: a refused stranger; stays on the box, cannot be locked, gone after a day at most.
 */
export type EvidenceClass = 'event' | 'refused'

export interface EvidenceStats {
  readonly pictures: number
  readonly clips: number
  /** Pictures of refused strangers among them. */
  readonly strangers: number
  readonly bytes: number
  /** Pictures not kept: no room left, or the disk refused. */
  readonly refused: number
  readonly swept: number
}

/**
 * JPEGs and MP4s kept as evidence, named by the sha256 of their bytes. Only redacted ones come in here.
 * A spool: what the api has taken is released; how long it stays with its ticket is the api's to know.
 */
export interface EvidenceStore {
  start(): Promise<void>
  close(): void
  /** The sha256, once the file is on disk; null, counted, where it could not be kept. */
  put(bytes: Buffer, of?: EvidenceClass): Promise<string | null>
  read(sha256: string): Promise<Buffer | null>
  /** Something refers to it: it stays until `release`, also over a restart. False if it is gone or a stranger's. */
  lock(sha256: string): Promise<boolean>
  /** Nothing here needs it any more, as when the api has it. */
  release(sha256: string): Promise<void>
  sweep(): Promise<void>
  stats(): EvidenceStats
}

type Shelf = 'loose' | 'locked' | 'refused'
const shelves: readonly Shelf[] = ['loose', 'locked', 'refused']

interface Kept {
  readonly bytes: number
  readonly at: number
  readonly ending: Ending
  shelf: Shelf
}

type Ending = 'jpg' | 'mp4'
/** ISO/IEC 14496-12, 4.3: an MP4 begins with a box of type `ftyp`. */
const endingOf = (bytes: Buffer): Ending =>
  bytes.toString('latin1', 4, 8) === 'ftyp' ? 'mp4' : 'jpg'

const isSha256 = (text: string): boolean => /^[0-9a-f]{64}$/.test(text)

export function createEvidenceStore(
  deps: { readonly clock: Clock; readonly logger: Logger },
  options: EvidenceOptions,
): EvidenceStore {
  return new FolderStore(deps, options)
}

/** A folder per shelf: a rename is what survives a power cut. */
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
    this.#options = {
      bytesMax: 512 * 1024 * 1024,
      looseMaxMs: hourMs,
      lockedMaxMs: 30 * dayMs,
      ...options,
      refusedMaxMs: Math.min(options.refusedMaxMs ?? dayMs, dayMs),
    }
  }

  async start(): Promise<void> {
    for (const shelf of shelves) {
      await mkdir(this.#folder(shelf), { recursive: true })
      for (const name of await readdir(this.#folder(shelf))) await this.#adopt(shelf, name)
    }
    await this.sweep()
    this.#timer = setInterval(() => {
      this.sweep().catch((error: unknown) => this.#complain(error))
    }, 5 * minuteMs)
    this.#timer.unref()
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
  }

  async put(bytes: Buffer, of: EvidenceClass = 'event'): Promise<string | null> {
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const known = this.#kept.get(sha256)
    if (known !== undefined) {
      if (of === 'event' && known.shelf === 'refused') await this.#move(sha256, known, 'loose')
      return sha256
    }
    if (!(await this.#makeRoom(bytes.length))) {
      this.#refused += 1
      return null
    }
    const shelf = of === 'refused' ? 'refused' : 'loose'
    const ending = endingOf(bytes)
    try {
      await writeWhole(this.#folder(shelf), `${sha256}.${ending}`, bytes)
    } catch (error) {
      this.#refused += 1
      this.#complain(error)
      return null
    }
    const at = this.#deps.clock()
    if (!this.#kept.has(sha256)) this.#add(sha256, { bytes: bytes.length, at, ending, shelf })
    return sha256
  }

  async read(sha256: string): Promise<Buffer | null> {
    const kept = this.#kept.get(sha256)
    if (kept === undefined) return null
    return readFile(this.#path(sha256, kept)).catch(() => null)
  }

  async lock(sha256: string): Promise<boolean> {
    const kept = this.#kept.get(sha256)
    if (kept === undefined || kept.shelf === 'refused') return false
    return kept.shelf === 'locked' || this.#move(sha256, kept, 'locked')
  }

  async release(sha256: string): Promise<void> {
    const kept = this.#kept.get(sha256)
    if (kept !== undefined && kept.shelf !== 'refused') await this.#delete(sha256)
  }

  async sweep(): Promise<void> {
    const { looseMaxMs: loose, lockedMaxMs: locked, refusedMaxMs: refused } = this.#options
    const maxMs: Record<Shelf, number> = { loose, locked, refused }
    const now = this.#deps.clock()
    for (const [sha256, kept] of this.#kept) {
      if (now - kept.at < maxMs[kept.shelf]) continue
      this.#swept += 1
      await this.#delete(sha256)
    }
  }

  stats(): EvidenceStats {
    const all = [...this.#kept.values()]
    const clips = all.filter((kept) => kept.ending === 'mp4').length
    return {
      pictures: all.length - clips,
      clips,
      strangers: all.filter((kept) => kept.shelf === 'refused').length,
      bytes: this.#bytes,
      refused: this.#refused,
      swept: this.#swept,
    }
  }

  #folder(shelf: Shelf): string {
    return join(this.#options.folder, shelf)
  }
  #path(sha256: string, kept: Pick<Kept, 'shelf' | 'ending'>): string {
    return join(this.#folder(kept.shelf), `${sha256}.${kept.ending}`)
  }

  async #move(sha256: string, kept: Kept, shelf: Shelf): Promise<boolean> {
    const from = this.#path(sha256, kept)
    const before = kept.shelf
    kept.shelf = shelf
    try {
      await rename(from, this.#path(sha256, kept))
      return true
    } catch (error) {
      kept.shelf = before
      this.#complain(error)
      return false
    }
  }

  async #adopt(shelf: Shelf, name: string): Promise<void> {
    const [sha256 = '', ending = ''] = name.split('.', 2)
    const path = join(this.#folder(shelf), name)
    // Half a file of a write that the power cut ended.
    if (!isSha256(sha256) || !/^[^.]+\.(jpg|mp4)$/.test(name)) return rm(path, { force: true })
    const info = await stat(path)
    const at = Math.min(info.mtimeMs, this.#deps.clock())
    this.#add(sha256, { bytes: info.size, at, ending: ending === 'mp4' ? 'mp4' : 'jpg', shelf })
  }

  #add(sha256: string, kept: Kept): void {
    this.#kept.set(sha256, kept)
    this.#bytes += kept.bytes
  }

  async #makeRoom(bytes: number): Promise<boolean> {
    const { bytesMax } = this.#options
    if (this.#bytes + bytes <= bytesMax) return true
    for (const [sha256, kept] of [...this.#kept].sort((a, b) => a[1].at - b[1].at)) {
      if (kept.shelf === 'locked') continue
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
    await rm(this.#path(sha256, kept), { force: true })
  }

  #complain(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error)
    this.#deps.logger.error({ code: 'disk.full', reason }, 'evidence not kept')
  }
}

async function writeWhole(folder: string, name: string, bytes: Buffer): Promise<void> {
  const partial = join(folder, `${name}.${randomBytes(4).toString('hex')}.part`)
  const file = await open(partial, 'wx')
  try {
    await file.writeFile(bytes)
    await file.sync()
    await file.close()
    await rename(partial, join(folder, name))
  } catch (error) {
    await file.close().catch(() => null)
    await rm(partial, { force: true })
    throw error
  }
}
