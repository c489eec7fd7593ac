import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Clock } from '../../contracts/clock.ts'
import { type BackoffOptions, restartBackoff, restartDelayMs } from './backoff.ts'

export interface KeeperDeps {
  readonly clock: Clock
  /** [0, 1) */
  readonly random: () => number
  /** One line of the child's stdout or stderr. */
  readonly onLine: (line: string) => void
  /** The child has said `{type:'listening'}`; again after each restart. */
  readonly onListening: () => void
  /** It ended by itself; it is started again after `delayMs`. */
  readonly onDeath: (how: string, delayMs: number) => void
}

export interface KeeperOptions {
  /** JavaScript file. */
  readonly file: string
  readonly execArgv?: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** Between SIGTERM and SIGKILL. */
  readonly graceMs?: number
  readonly backoff?: BackoffOptions
}

/** Keeps one child process alive until it is told to stop. */
export class ChildKeeper {
  readonly #deps: KeeperDeps
  readonly #options: KeeperOptions
  #child: ChildProcess | null = null
  #timer: NodeJS.Timeout | null = null
  #stopping = false
  #failuresInRow = 0
  #restarts = 0

  constructor(deps: KeeperDeps, options: KeeperOptions) {
    this.#deps = deps
    this.#options = options
  }

  get pid(): number | null {
    return this.#child?.pid ?? null
  }

  get restarts(): number {
    return this.#restarts
  }

  start(): void {
    const startedAt = this.#deps.clock()
    const child = spawn(process.execPath, [...(this.#options.execArgv ?? []), this.#options.file], {
      env: this.#options.env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#child = child
    for (const stream of [child.stdout, child.stderr])
      if (stream !== null) createInterface({ input: stream }).on('line', this.#deps.onLine)
    child.on('message', (message) => {
      if ((message as { type?: unknown } | null)?.type === 'listening') this.#deps.onListening()
    })
    let over = false
    const ended = (how: string): void => {
      if (over) return
      over = true
      this.#child = null
      if (!this.#stopping) this.#startLater(how, this.#deps.clock() - startedAt)
    }
    child.once('error', (error) => ended(error.message))
    child.once('exit', (code, signal) => ended(signal ?? `exit ${code}`))
  }

  /** SIGTERM, and SIGKILL to what is still there after the grace; `now` skips the grace. */
  async stop(options: { readonly now?: boolean } = {}): Promise<void> {
    this.#stopping = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    await this.#end(options.now === true)
  }

  /** Ends the child gently; it comes back with what has changed on disk, such as a certificate. */
  async renew(): Promise<void> {
    if (this.#child === null || this.#stopping) return
    await this.#end(false)
  }

  async #end(now: boolean): Promise<void> {
    const child = this.#child
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill(now ? 'SIGKILL' : 'SIGTERM')
    const killer = setTimeout(() => child.kill('SIGKILL'), this.#options.graceMs ?? 10_000)
    await gone
    clearTimeout(killer)
  }

  #startLater(how: string, livedMs: number): void {
    const backoff = this.#options.backoff ?? restartBackoff
    if (livedMs >= backoff.healthyAfterMs) this.#failuresInRow = 0
    const delayMs = restartDelayMs(this.#failuresInRow, this.#deps.random, backoff)
    this.#failuresInRow += 1
    this.#restarts += 1
    this.#deps.onDeath(how, delayMs)
    this.#timer = setTimeout(() => this.start(), delayMs)
  }
}
