import { type ChildProcess, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Clock } from '../../contracts/clock.ts'
import { createApiClient } from './api-client.ts'

/** The addresses of `$LINLI_HOME/run.json`. */
export interface RunFile {
  readonly http: string
  readonly mqtt: string
  readonly pid: number
}

export interface Product {
  /** Starts the supervisor and resolves when `/ready` answers 200. Throws when it ends before. */
  start(): Promise<RunFile>
  /** SIGTERM, and SIGKILL to the whole group when it has not ended after 10 s. */
  stop(): Promise<void>
  /** Resolves when the supervisor ends by itself. */
  readonly ended: Promise<number | null>
}

export interface ProductOptions {
  /** Path of `dist/gateway/supervise.js`. */
  readonly script: string
  readonly home: string
  readonly env: Readonly<Record<string, string>>
  readonly onOutput: (text: string) => void
  readonly clock: Clock
}

const readyTimeoutMs = 60_000
const stopTimeoutMs = 10_000
const pollMs = 100

export function createProduct(options: ProductOptions): Product {
  let child: ChildProcess | null = null
  const ends = new EventEmitter()
  const ended = once(ends, 'end').then(([code]) => code as number | null)

  const running = (): boolean =>
    child !== null && child.exitCode === null && child.signalCode === null

  return {
    ended,
    async start() {
      const startedAt = options.clock()
      // A group of its own: Ctrl-C reaches the demo only, which then stops the product in good order.
      // The channel tells the product when the demo is gone, however it went.
      child = spawn(process.execPath, [options.script], {
        env: { ...options.env, LINLI_HOME: options.home },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        detached: true,
      })
      const output = (chunk: Buffer): void => options.onOutput(chunk.toString('utf8'))
      child.stdout?.on('data', output)
      child.stderr?.on('data', output)
      child.once('exit', (code) => ends.emit('end', code))
      child.once('error', () => ends.emit('end', null))
      while (options.clock() - startedAt < readyTimeoutMs) {
        if (!running()) throw new Error('Linli ended before it was ready; its output says why')
        const run = readRunFile(options.home, child.pid ?? 0)
        if (run !== null && (await createApiClient(run.http).status('/ready')) === 200) return run
        await new Promise((resolve) => setTimeout(resolve, pollMs))
      }
      throw new Error(`Linli was not ready within ${readyTimeoutMs / 1_000} s`)
    },
    async stop() {
      if (child === null || !running()) return
      const exit = once(child, 'exit')
      child.kill('SIGTERM')
      const timer = setTimeout(() => killGroup(child), stopTimeoutMs)
      await exit
      clearTimeout(timer)
    },
  }
}

function killGroup(child: ChildProcess | null): void {
  if (child?.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It ended between the look and the signal.
  }
}

/** Null while it is missing, half written, or left by another process. */
function readRunFile(home: string, pid: number): RunFile | null {
  try {
    const run = JSON.parse(readFileSync(join(home, 'run.json'), 'utf8')) as RunFile
    return run.pid === pid ? run : null
  } catch {
    return null
  }
}

/** The port where nobody gave one: the default while it is free, else 0, which means any free one. */
export async function choosePort(
  given: string | undefined,
  usual: number,
): Promise<{ readonly port: string; readonly usualBusy: boolean }> {
  if (given !== undefined && given !== '') return { port: given, usualBusy: false }
  const free = await isFree(usual)
  return { port: free ? String(usual) : '0', usualBusy: !free }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
