import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandLine } from '../../../api/sounds/command-line.ts'
import { findProgram } from '../../../api/sounds/find-program.ts'
import { ProgramMissing, type ProgramRun, runProgram } from '../../../api/sounds/run-program.ts'
import { createSlots } from '../../../api/sounds/slots.ts'

const searchPath = process.env['PATH'] ?? ''
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'linli-run-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (argv: readonly string[], more: Partial<ProgramRun> = {}) =>
  runProgram({
    argv,
    input: null,
    folder,
    searchPath,
    timeoutMs: 5_000,
    outputBytesMax: 1_000,
    signal: new AbortController().signal,
    ...more,
  })

/** Of a process that is gone, or a zombie that nobody reaps here, no memory is left. */
const lives = async (pid: number): Promise<boolean> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return status !== '' && !/^State:\s+[ZX]/m.test(status)
}
const dies = async (pid: number): Promise<boolean> => {
  for (let i = 0; i < 100 && (await lives(pid)); i += 1) await sleep(20)
  return !(await lives(pid))
}

describe('a program of others', () => {
  it('gets its words as words: no shell ever looks at them', async () => {
    const words = '$(touch pwned); `id` && echo "$HOME" | cat > x'
    const end = await run(['printf', '%s', words])
    expect([end.code, end.output.toString(), end.ended]).toEqual([0, words, null])
    expect((await run(['cat'], { input: words })).output.toString()).toBe(words)
  })

  it('inherits none of our secrets', async () => {
    process.env['LINLI_SERVICE_TOKEN'] = 'nobody-may-read-this'
    try {
      const { output } = await run(['env'])
      const names = output
        .toString()
        .trim()
        .split('\n')
        .map((line) => line.split('=')[0])
      expect(new Set(names)).toEqual(new Set(['PATH', 'HOME', 'TMPDIR', 'LANG']))
    } finally {
      delete process.env['LINLI_SERVICE_TOKEN']
    }
  })

  it('is ended with everything it started when it takes too long', async () => {
    // Its child does not listen to polite signals and holds the output open.
    const script = `trap '' TERM HUP; sleep 60 & echo $!; wait`
    const started = Date.now()
    const end = await run(['bash', '-c', script], { timeoutMs: 300 })
    expect(end.ended).toBe('timeout')
    expect(Date.now() - started).toBeLessThan(3_000)
    expect(await dies(Number(end.output.toString()))).toBe(true)
  })

  it('leaves nothing behind when it ends by itself', async () => {
    const end = await run(['bash', '-c', 'sleep 60 >/dev/null 2>&1 & echo $!'])
    expect([end.code, end.ended]).toEqual([0, null])
    expect(await dies(Number(end.output.toString()))).toBe(true)
  })

  it('is ended when it talks too much, and when the box stops', async () => {
    expect((await run(['yes'])).ended).toBe('too-much')
    const closing = new AbortController()
    const running = run(['sleep', '60'], { signal: closing.signal })
    setTimeout(() => closing.abort(), 50)
    expect((await running).ended).toBe('stopped')
  })

  it('says its last complaint, and that it is missing', async () => {
    const end = await run(['bash', '-c', 'echo one >&2; echo two >&2; exit 3'])
    expect([end.code, end.complaint]).toEqual([3, 'two'])
    await expect(run(['linli-no-such-program'])).rejects.toThrow(ProgramMissing)
    expect(await findProgram('linli-no-such-program', searchPath)).toBeNull()
    expect(await findProgram('bash', searchPath)).toMatch(/\/bash$/)
    // A folder and a file that may not be run are no programs.
    expect(await findProgram('/tmp', searchPath)).toBeNull()
    expect(await findProgram('/etc/passwd', searchPath)).toBeNull()
  })
})

describe('the command line of speech', () => {
  const wanted = {
    text: '-w /etc/passwd\u0000\n你好',
    language: 'zh',
    voice: 'cmn',
    folder: '/f',
  } as const

  it('takes the text on the input, or as an argument that is never an option', () => {
    expect(commandLine(['say', '-v', '{voice}'], wanted)).toEqual({
      argv: ['say', '-v', 'cmn'],
      input: '-w /etc/passwd 你好\n',
      out: null,
    })
    expect(commandLine(['pico', '-l={lang}', '-w={out}', '{text}'], wanted)).toEqual({
      argv: ['pico', '-l=zh', '-w=/f/speech', ' -w /etc/passwd 你好'],
      input: null,
      out: '/f/speech',
    })
  })

  it('fills each blank once: what a text holds in braces stays a text', () => {
    const sly = { ...wanted, text: '{out} {voice}' }
    expect(commandLine(['say', '{text}', '{voice}'], sly).argv).toEqual([
      'say',
      '{out} {voice}',
      'cmn',
    ])
  })
})

it('works on so many at once, keeps so many in line, and refuses the rest', async () => {
  const slots = createSlots(2, 1)
  let [busy, most] = [0, 0]
  const work = () =>
    slots.run(async () => {
      busy += 1
      most = Math.max(most, busy)
      await sleep(20)
      busy -= 1
    })
  const three = [work(), work(), work()]
  await expect(work()).rejects.toMatchObject({ code: 'sound.busy' })
  await Promise.all(three)
  expect([most, slots.refused, slots.waiting]).toEqual([2, 1, 0])
  // A failure gives its place back.
  await expect(slots.run(() => Promise.reject(new Error('x')))).rejects.toThrow('x')
  await work()
})
