import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

export interface ProgramRun {
  /** The program and its arguments; no shell looks at them. */
  readonly argv: readonly string[]
  /** What it reads. */
  readonly input: string | null
  /** Where it runs, and the only place that is its home. */
  readonly folder: string
  /** Folders in which programs are looked for. */
  readonly searchPath: string
  readonly timeoutMs: number
  /** More output than this ends it. */
  readonly outputBytesMax: number
  readonly signal: AbortSignal
}

export interface ProgramEnd {
  readonly code: number | null
  readonly output: Buffer
  /** The last line that it complained with. */
  readonly complaint: string
  /** Why it was ended before its own end; null where it was not. */
  readonly ended: 'timeout' | 'too-much' | 'stopped' | null
}

/** The program is not there, or may not be run. */
export class ProgramMissing extends Error {}

const lingerMs = 500

/**
 * Runs a program to its end, or ends it with everything that it started: it gets a process group of its
 * own. It inherits nothing of our environment, in which secrets stand.
 */
export async function runProgram(run: ProgramRun): Promise<ProgramEnd> {
  const [program = '', ...args] = run.argv
  const child = spawn(program, args, {
    cwd: run.folder,
    detached: true,
    env: { PATH: run.searchPath, HOME: run.folder, TMPDIR: run.folder, LANG: 'C.UTF-8' },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let ended: ProgramEnd['ended'] = null
  const end = (why: NonNullable<ProgramEnd['ended']>): void => {
    ended ??= why
    killGroup(child.pid)
  }
  const output = gather(child.stdout, run.outputBytesMax, () => end('too-much'))
  const complaint = lastLine(child.stderr)
  const stop = (): void => end('stopped')
  const timer = setTimeout(() => end('timeout'), run.timeoutMs)
  run.signal.addEventListener('abort', stop)
  // It may end without reading: that is its exit's to say.
  child.stdin.on('error', () => undefined)
  child.stdin.end(run.input ?? '')
  try {
    if (run.signal.aborted) stop()
    const code = await exitOf(child)
    return { code, output: output(), complaint: complaint(), ended }
  } finally {
    clearTimeout(timer)
    run.signal.removeEventListener('abort', stop)
    for (const stream of child.stdio) stream?.destroy()
  }
}

function exitOf(child: ReturnType<typeof spawn>): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new ProgramMissing(error.message)))
    child.once('exit', (code) => {
      // What it left running behind it would hold the pipes, and the processor.
      killGroup(child.pid)
      const lingering = setTimeout(() => resolve(code), lingerMs)
      child.once('close', () => {
        clearTimeout(lingering)
        resolve(code)
      })
    })
  })
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // Nobody is left in it.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function gather(stream: Readable, bytesMax: number, onTooMuch: () => void): () => Buffer {
  const pieces: Buffer[] = []
  let bytes = 0
  stream.on('data', (piece: Buffer) => {
    bytes += piece.length
    if (bytes <= bytesMax) pieces.push(piece)
    else onTooMuch()
  })
  return () => Buffer.concat(pieces)
}

const complaintMax = 300

function lastLine(stream: Readable): () => string {
  let tail = ''
  stream.on('data', (piece: Buffer) => {
    tail = (tail + piece.toString('utf8')).slice(-4 * complaintMax)
  })
  return () => tail.trim().split('\n').at(-1)?.slice(0, complaintMax) ?? ''
}
