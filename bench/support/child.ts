import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A process of ours that answers one message with one message. */
export class Child {
  readonly process: ChildProcess
  #waiting: { resolve: (value: unknown) => void; reject: (error: Error) => void }[] = []
  #early: unknown[] = []

  /** `caller` is `import.meta.url`; the file lies beside it, as `.ts` from source and `.js` in dist. */
  constructor(caller: string, file: string, settings: unknown = {}) {
    const source = caller.endsWith('.ts')
    const url = new URL(source ? file : file.replace(/\.ts$/, '.js'), caller)
    this.process = fork(fileURLToPath(url), [JSON.stringify(settings)], {
      execArgv: source ? ['--import', 'tsx'] : [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    })
    this.process.on('message', (message) => {
      const next = this.#waiting.shift()
      if (next === undefined) this.#early.push(message)
      else next.resolve(message)
    })
    this.process.on('exit', (code, signal) => {
      const error = new Error(`${file} ended with ${code ?? signal}`)
      for (const { reject } of this.#waiting.splice(0)) reject(error)
    })
  }

  /** The next message that it sends. */
  hear<T>(): Promise<T> {
    if (this.#early.length > 0) return Promise.resolve(this.#early.shift() as T)
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ resolve: resolve as (value: unknown) => void, reject })
    })
  }

  ask<T>(message: object): Promise<T> {
    const answer = this.hear<T>()
    this.process.send(message)
    return answer
  }

  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return
    const gone = new Promise<void>((resolve) => this.process.once('exit', () => resolve()))
    this.process.kill(signal)
    await gone
  }
}

/** The settings that a Child was started with. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the parent says what it sends
export const childSettings = <T>(): T => JSON.parse(process.argv[2] ?? '{}') as T
/** Answers every message of the parent. */
export function answerParent(answer: (message: never) => unknown): void {
  // A benchmark that was interrupted leaves nobody behind who goes on sending.
  process.once('disconnect', () => process.exit())
  process.on('message', (message) => {
    Promise.resolve(answer(message as never)).then(
      (value) => process.send?.(value ?? null),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
        process.exitCode = 1
        process.disconnect()
      },
    )
  })
}
