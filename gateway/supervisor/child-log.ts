import { closeSync, openSync, renameSync, statSync, writeSync } from 'node:fs'
import { cleanText } from '../../config/log-secrets.ts'
import type { Clock } from '../../contracts/clock.ts'

export interface ChildLogOptions {
  readonly name: string
  readonly file: string
  /** One file; there are at most `files` of them. */
  readonly fileBytesMax?: number
  readonly files?: number
  /** Warnings shown a second; the rest is only in the file. */
  readonly shownPerSecondMax?: number
}

const warnLevel = 40
const levelNames: Readonly<Record<number, string>> = { 40: 'warn', 50: 'error', 60: 'fatal' }
const levelNumbers: Readonly<Record<string, number>> = {
  trace: 10,
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  fatal: 60,
}
const pinoFields = new Set(['level', 'time', 'pid', 'hostname', 'msg', 'message', 'name', 'v'])

/** pino writes numbers; a process that dies before it has a logger writes what it likes. */
const levelOf = (level: unknown): number => {
  if (typeof level === 'number') return level
  return levelNumbers[String(level)] ?? warnLevel
}

const twoDigits = (value: number): string => String(value).padStart(2, '0')
const timeOfDay = (ms: number): string => {
  const date = new Date(ms)
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':')
}

/** What a device sent must not move the cursor or forge a line on somebody's terminal. */
const printable = (text: string): string => text.replaceAll(/\p{Cc}/gu, '·').slice(0, 2_000)

/** Of an error the code and the message; its stack is in the file. */
const brief = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || !('stack' in value)) return value
  const { code, message } = value as { code?: unknown; message?: unknown }
  return typeof code === 'string' ? `${code}: ${String(message)}` : message
}

/** A pino line as a person reads it; null for what is below a warning. Other text is shown as it is. */
export function readable(name: string, line: string, nowMs: number): string | null {
  let entry: Record<string, unknown>
  try {
    entry = JSON.parse(line) as Record<string, unknown>
  } catch {
    return printable(`${timeOfDay(nowMs)} ${name} ${line}`)
  }
  if (typeof entry !== 'object' || entry === null)
    return printable(`${timeOfDay(nowMs)} ${name} ${line}`)
  const level = levelOf(entry['level'])
  if (level < warnLevel) return null
  const rest = Object.entries(entry).filter(([key]) => !pinoFields.has(key))
  const fields = rest.map(([key, value]) => `${key}=${JSON.stringify(brief(value))}`).join(' ')
  const time = typeof entry['time'] === 'number' ? entry['time'] : nowMs
  const said = entry['msg'] ?? entry['message']
  const message = typeof said === 'string' ? said : ''
  const words = [timeOfDay(time), name, levelNames[level] ?? 'warn', message, fields]
  return printable(words.filter((word) => word !== '').join(' '))
}

/**
 * The lines of one child: all of them to a file that rotates (bounded on disk), warnings to `show`
 * (bounded per second). A full disk loses log lines, which are counted, and nothing else.
 */
export class ChildLog {
  readonly #options: Required<ChildLogOptions>
  readonly #clock: Clock
  readonly #show: (line: string) => void
  #fd: number | null = null
  #bytes = 0
  #second = 0
  #shown = 0
  #hidden = 0
  #lost = 0

  constructor(
    deps: { readonly clock: Clock; readonly show: (line: string) => void },
    options: ChildLogOptions,
  ) {
    this.#clock = deps.clock
    this.#show = deps.show
    this.#options = { fileBytesMax: 8 * 1024 * 1024, files: 4, shownPerSecondMax: 20, ...options }
  }

  /** Lines that could not be written. */
  get lost(): number {
    return this.#lost
  }

  line(said: string): void {
    // What the loggers write is clean; a stack of Node and the words of a library are not.
    const line = said.startsWith('{') ? said : cleanText(said)
    this.#write(`${line}\n`)
    const shown = readable(this.#options.name, line, this.#clock())
    if (shown !== null) this.#showBounded(shown)
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd)
    this.#fd = null
  }

  #write(text: string): void {
    try {
      if (this.#fd === null) {
        this.#fd = openSync(this.#options.file, 'a', 0o600)
        this.#bytes = statSync(this.#options.file).size
      }
      this.#bytes += writeSync(this.#fd, text)
      if (this.#bytes >= this.#options.fileBytesMax) this.#rotate()
    } catch {
      this.#lost += 1
    }
  }

  /** `gateway.log` -> `gateway.log.1` -> … ; the last is overwritten. */
  #rotate(): void {
    this.close()
    const { file, files } = this.#options
    for (let index = files - 1; index >= 1; index -= 1) {
      const from = index === 1 ? file : `${file}.${index - 1}`
      if (statSync(from, { throwIfNoEntry: false }) !== undefined)
        renameSync(from, `${file}.${index}`)
    }
  }

  #showBounded(line: string): void {
    const second = Math.floor(this.#clock() / 1_000)
    if (second !== this.#second) {
      if (this.#hidden > 0)
        this.#show(`… ${this.#hidden} more lines of ${this.#options.name} in ${this.#options.file}`)
      this.#second = second
      this.#shown = 0
      this.#hidden = 0
    }
    if (this.#shown >= this.#options.shownPerSecondMax) {
      this.#hidden += 1
      return
    }
    this.#shown += 1
    this.#show(line)
  }
}
