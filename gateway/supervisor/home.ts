import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Database } from 'better-sqlite3'
import { Sqlite } from '../../config/sqlite.ts'
import { CodedError } from '../../contracts/errors.ts'

/** Written once both children listen; `pid` is the supervisor's. */
export interface RunFile {
  readonly http: string
  readonly mqtt: string
  readonly https?: string
  readonly mqtts?: string
  readonly pid: number
}

/** Between gateway and api; for visitors' codes; for face templates. */
export type SecretName = 'service-token' | 'pass-key' | 'face-key'

/** Whole or not at all: written beside, then renamed. */
export function writeWhole(file: string, text: string, mode: number): void {
  const beside = `${file}.new`
  writeFileSync(beside, text, { mode })
  chmodSync(beside, mode)
  renameSync(beside, file)
}

/** $LINLI_HOME on disk: everything in it is for its owner only. */
export class Home {
  readonly dir: string
  #lock: Database | null = null

  constructor(dir: string) {
    this.dir = dir
  }

  path(...parts: readonly string[]): string {
    return join(this.dir, ...parts)
  }

  /** Makes the folders and takes the lock. Throws `home.in-use`, or `disk.full` where it cannot write. */
  open(): void {
    try {
      for (const folder of [this.dir, this.path('secrets'), this.path('logs')])
        mkdirSync(folder, { recursive: true, mode: 0o700 })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new CodedError('disk.full', `LINLI_HOME: ${reason}`, { variable: 'LINLI_HOME' })
    }
    this.#lock = this.#takeLock()
  }

  close(): void {
    this.#lock?.close()
    this.#lock = null
  }

  /** True where the last run ended without saying goodbye: its children may still be closing. */
  leftBehind(): boolean {
    return existsSync(this.path('run.json'))
  }

  writeRun(run: RunFile): void {
    writeWhole(this.path('run.json'), `${JSON.stringify(run)}\n`, 0o600)
  }

  /** Only by the one that holds the lock: who was refused must not take it from who runs. */
  removeRun(): void {
    if (this.#lock !== null) rmSync(this.path('run.json'), { force: true })
  }

  /** 256 random bits in hexadecimal, made once under this name, kept over restarts. */
  secret(name: SecretName, random: (bytes: number) => Uint8Array): string {
    const file = this.path('secrets', name)
    if (existsSync(file)) {
      const kept = readFileSync(file, 'utf8').trim()
      if (kept.length >= 32) return kept
      // A key that is there but broken must not be replaced: what it encrypted would be lost for good.
      if (name === 'face-key') throw new CodedError('config.invalid', `${file} is damaged`)
    }
    const made = Buffer.from(random(32)).toString('hex')
    writeWhole(file, `${made}\n`, 0o600)
    return made
  }

  /**
   * An exclusive SQLite transaction is the lock: the kernel drops it with the process, so that neither
   * kill -9 nor a process that got the same pid later can leave it behind.
   */
  #takeLock(): Database {
    const lock = new Sqlite(this.path('lock.db'), { timeout: 0 })
    try {
      lock.exec('BEGIN EXCLUSIVE')
    } catch {
      lock.close()
      throw new CodedError('home.in-use', `${this.dir} (pid ${this.#runningPid() ?? 'unknown'})`)
    }
    chmodSync(this.path('lock.db'), 0o600)
    return lock
  }

  #runningPid(): number | null {
    try {
      return (JSON.parse(readFileSync(this.path('run.json'), 'utf8')) as RunFile).pid
    } catch {
      return null
    }
  }
}
