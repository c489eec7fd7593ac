import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { shippedModels } from '../../../config/models.ts'
import { checkClock, checkNode } from '../../../gateway/cli/doctor/machine.ts'
import { modelsCommand } from '../../../gateway/cli/models-command.ts'
import { needs, sharedDir } from '../../support/needs.ts'

const cli = fileURLToPath(new URL('../../../gateway/cli/linli.ts', import.meta.url))

interface Outcome {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

let home: string
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), 'linli-cli-'))))
afterEach(() => rmSync(home, { recursive: true }))

async function linli(args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  const child = spawn(process.execPath, ['--import', 'tsx', cli, ...args], {
    env: { ...process.env, LINLI_HOME: home, LINLI_HTTP_PORT: '0', LINLI_MQTT_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => void (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => void (err += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err }
}

interface DoctorReport {
  readonly ok: boolean
  readonly checks: readonly { name: string; ok: boolean; what: string; command: string | null }[]
}
const doctor = async (env: Record<string, string> = {}) => {
  const { code, out } = await linli(['doctor', '--json'], env)
  const report = JSON.parse(out) as DoctorReport
  const named = (name: string) => report.checks.find((check) => check.name === name)
  return { code, report, named }
}

describe('linli, the operator’s command line', () => {
  test('--help answers everywhere, with exit code 0', async () => {
    const overview = await linli(['--help'])
    expect(overview.code).toBe(0)
    for (const command of ['doctor', 'models']) {
      expect(overview.out).toContain(command)
      const help = await linli([command, '--help'])
      expect(help.code).toBe(0)
      expect(help.out).toContain(`linli ${command}`)
    }
  })

  test('what it does not know is refused with code 2 and the usage: nothing is guessed', async () => {
    for (const args of [[], ['dcotor'], ['doctor', '--jsno'], ['models'], ['models', 'lsit']]) {
      const { code, out, err } = await linli(args)
      expect(code, args.join(' ')).toBe(2)
      expect(out + err).toContain('linli')
    }
    expect((await linli(['models', 'pull', 'no-such.onnx'])).code).toBe(2)
  })

  test('doctor names what is wrong with the command that mends it, and exits 1', async () => {
    chmodSync(home, 0o755)
    const { code, report, named } = await doctor({ LINLI_MODELS: home })
    expect(code).toBe(report.ok ? 0 : 1)
    expect(code).toBe(1)
    expect(named('home')).toMatchObject({ ok: false, command: `chmod 700 ${home}` })
    expect(named('node')?.ok).toBe(true)
    expect(named('running')).toMatchObject({ ok: true })
  })

  test('doctor says which port is taken, as long as nothing of ours holds it', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    try {
      const { named } = await doctor({ LINLI_MQTT_PORT: String(port) })
      expect(named(`port 127.0.0.1:${port}`)).toMatchObject({ ok: false })
      expect(named(`port 127.0.0.1:${port}`)?.what).toContain('LINLI_MQTT_PORT')
    } finally {
      other.close()
    }
  })

  test('doctor shows a wrong configuration with its line instead of failing itself', async () => {
    const file = join(home, 'linli.yaml')
    writeFileSync(file, 'broker:\n  ulr: mqtt://x\n')
    const { code, named } = await doctor({ LINLI_CONFIG: file })
    expect(code).toBe(1)
    expect(named('configuration')?.what).toContain('linli.yaml:2: broker.ulr: unknown key')
    const variable = await doctor({ LINLI_HTTP_PORT: 'x' })
    expect(variable.named('environment')?.what).toContain('LINLI_HTTP_PORT')
  })

  test('a clock from before the build, or before what the box has written, is a problem', async () => {
    expect((await checkClock(Date.now(), home)).ok).toBe(true)
    expect((await checkClock(0, home)).ok).toBe(false)
    writeFileSync(join(home, 'api.db'), 'written just now')
    expect((await checkClock(Date.now() - 3_600_000, home)).ok).toBe(false)
  })

  test('Node below the floor is named', () => {
    expect(checkNode('20.20.2').ok).toBe(true)
    expect(checkNode('24.1.0').ok).toBe(true)
    expect(checkNode('18.19.0').ok).toBe(false)
    expect(checkNode('20.18.3').ok).toBe(false)
  })

  test('a file with another sha256 is refused by name, not loaded', async () => {
    const [entry] = shippedModels().filter(({ use }) => use === 'default')
    if (entry === undefined) throw new Error('no default model')
    const weights = join(home, 'weights')
    mkdirSync(weights)
    writeFileSync(join(weights, entry.file), Buffer.alloc(entry.bytes))
    const { out } = await linli(['models', 'list', '--json'], { LINLI_MODELS: weights })
    const { models } = JSON.parse(out) as {
      models: { file: string; state: string; refused: string[] }[]
    }
    const found = models.find(({ file }) => file === entry.file)
    expect(found?.refused).toEqual([join(weights, entry.file)])
  })

  test.runIf(needs('shared-models'))(
    'models pull --from DIR fills $LINLI_HOME/models on a box that has none, and verify is then content',
    async () => {
      const lines: string[] = []
      // A checkout with nothing beside it, as on a machine to which nobody brought weights.
      const io = {
        env: { LINLI_HOME: home },
        checkout: join(home, 'a', 'checkout'),
        print: (line: string) => void lines.push(line),
      }
      expect(await modelsCommand.run(['verify'], io)).toBe(1)
      expect(lines.at(-1)).toContain('models pull')
      const from = join(sharedDir, 'models')
      expect(await modelsCommand.run(['pull', '--from', from], io)).toBe(0)
      expect(readdirSync(join(home, 'models')).length).toBeGreaterThanOrEqual(2)
      expect(await modelsCommand.run(['verify'], io)).toBe(0)
      // Again: nothing is copied twice.
      lines.length = 0
      expect(await modelsCommand.run(['pull', '--from', from], io)).toBe(0)
      for (const line of lines) expect(line).toMatch(/^have /)
      // Where the folder has them not, it says so and fails.
      expect(await modelsCommand.run(['pull', '--all', '--from', home], io)).toBe(1)
      expect(lines.join('\n')).toContain('[model.missing]')
    },
  )
})
