import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readEnv } from '../../config/env.ts'
import { parseConfig } from '../../config/file.ts'
import type { RunFile } from '../../gateway/supervisor/home.ts'
import { Supervisor } from '../../gateway/supervisor/supervisor.ts'
import { writeStubs } from './stub-children.ts'

let dir: string
let shown: string
let warned: string
const running: Supervisor[] = []

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'linli-supervisor-'))
  shown = ''
  warned = ''
})
afterEach(async () => {
  for (const supervisor of running.splice(0)) await supervisor.stop({ now: true })
  rmSync(dir, { recursive: true })
})

const home = (): string => join(dir, 'home')

function create(env: Record<string, string> = {}, yaml = ''): Supervisor {
  const given = { LINLI_HOME: home(), LINLI_HTTP_PORT: '0', LINLI_MQTT_PORT: '0', ...env }
  const supervisor = new Supervisor(
    {
      settings: readEnv(given),
      config: parseConfig(yaml, 'test.yaml', dir),
      env: { ...process.env, ...given },
      pid: process.pid,
      clock: Date.now,
      random: Math.random,
      randomBytes,
      sleep,
      hostname: 'box',
      addresses: () => ['127.0.0.1', '192.0.2.7'],
      show: (text) => void (shown += text),
      warn: (text) => void (warned += `${text}\n`),
    },
    {
      ...writeStubs(dir),
      backoff: { minMs: 20, maxMs: 200, healthyAfterMs: 60_000 },
      graceMs: 300,
    },
  )
  running.push(supervisor)
  return supervisor
}

async function until<T>(what: () => T | Promise<T>, withinMs = 10_000): Promise<NonNullable<T>> {
  const deadline = Date.now() + withinMs
  while (Date.now() < deadline) {
    const value = await what()
    if (value) return value
    await sleep(20)
  }
  throw new Error(`not within ${withinMs} ms; shown:\n${shown}\nwarned:\n${warned}`)
}
const readRun = (): RunFile | null =>
  existsSync(join(home(), 'run.json'))
    ? (JSON.parse(readFileSync(join(home(), 'run.json'), 'utf8')) as RunFile)
    : null
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('the supervisor', () => {
  test('starts both, writes run.json when both listen, and says where and what is missing', async () => {
    await create().start()
    const run = await until(readRun)
    expect(run.pid).toBe(process.pid)
    expect(run.http).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/)
    expect(run.mqtt).toMatch(/^mqtt:\/\/127\.0\.0\.1:[1-9]\d*$/)
    expect((await fetch(`${run.http}/api/v1/ready`)).status).toBe(200)
    await until(() => shown !== '')
    const [chinese, english] = shown.split('\n')
    expect(chinese).toMatch(/^邻里 .*已就绪/)
    expect(english).toMatch(/^Linli .*ready after/)
    expect(shown).toContain(run.http)
    // What is missing comes with the command that mends it.
    expect(shown).toContain('没有 ffmpeg / ffmpeg is missing')
    expect(shown).toContain('→ apt-get install ffmpeg')
  })

  test('what it keeps is for its owner only: home, secrets, logs, run.json', async () => {
    await create().start()
    await until(readRun)
    for (const folder of ['', 'secrets', 'logs'])
      expect(statSync(join(home(), folder)).mode & 0o777, folder).toBe(0o700)
    for (const file of ['secrets/service-token', 'logs/api.log', 'run.json', 'lock.db'])
      expect(statSync(join(home(), file)).mode & 0o777, file).toBe(0o600)
  })

  test('a child that is killed comes back on the same port, the other one is not touched', async () => {
    const supervisor = create()
    await supervisor.start()
    const run = await until(readRun)
    const before = supervisor.pids()
    process.kill(before.api ?? 0, 'SIGKILL')
    const answer = await until(async () => {
      const after = await fetch(`${run.http}/api/v1/health`).catch(() => null)
      const body = (await after?.json()) as { pid: number } | undefined
      return body !== undefined && body.pid !== before.api ? body : null
    })
    expect(answer.pid).toBe(supervisor.pids().api)
    expect(supervisor.pids().gateway).toBe(before.gateway)
    expect(warned).toContain('api')
    expect(warned).toContain('SIGKILL')
    expect(readRun()).toEqual(run)
  })

  test('a child that dies at each start is tried again with growing pauses, not in a tight loop', async () => {
    await create({ STUB_GATEWAY: 'sickly', STUB_API: 'sickly' }).start()
    await until(() => (warned.match(/gateway .*died \(exit 7\)/g)?.length ?? 0) >= 4)
    const pauses = [...warned.matchAll(/gateway 意外退出，(\d+) ms/g)].map((match) =>
      Number(match[1]),
    )
    expect(pauses[0]).toBeLessThanOrEqual(20)
    expect(pauses[3]).toBeGreaterThanOrEqual(80)
    expect(Math.max(...pauses)).toBeLessThanOrEqual(200)
  })

  test('stop ends the children, SIGKILL where SIGTERM is ignored, and removes run.json', async () => {
    const supervisor = create({ STUB_GATEWAY: 'stubborn' })
    await supervisor.start()
    await until(readRun)
    const { gateway, api } = supervisor.pids()
    const startedAt = Date.now()
    await supervisor.stop()
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(290)
    expect(isAlive(gateway ?? 0)).toBe(false)
    expect(isAlive(api ?? 0)).toBe(false)
    expect(readRun()).toBeNull()
  })

  test('a second one on the same home is refused, and may start when the first has ended', async () => {
    const first = create()
    await first.start()
    await until(readRun)
    const second = create()
    await expect(second.start()).rejects.toMatchObject({ code: 'home.in-use' })
    await second.stop()
    // The refused one has not taken anything from the first.
    expect(readRun()?.pid).toBe(process.pid)
    await first.stop()
    await create().start()
    await until(readRun)
  })

  test('a port that is taken is named with its variable before anything is started', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const port = String((other.address() as AddressInfo).port)
    try {
      await expect(create({ LINLI_MQTT_PORT: port }).start()).rejects.toMatchObject({
        code: 'port.in-use',
        extra: { variable: 'LINLI_MQTT_PORT', port: Number(port) },
      })
    } finally {
      other.close()
    }
    // The lock was given back: mending the variable is enough.
    await create().start()
    await until(readRun)
  })

  test('the service token stays the same over restarts, and the gateway is not told the password', async () => {
    const first = create({ LINLI_ADMIN_PASSWORD: 'x y z' })
    await first.start()
    const run = await until(readRun)
    const body = (await (await fetch(`${run.http}/api/v1/health`)).json()) as { admin: string }
    expect(body.admin).toBe('x y z')
    const environ = readFileSync(`/proc/${first.pids().gateway}/environ`, 'utf8')
    expect(environ).not.toContain('x y z')
    const token = readFileSync(join(home(), 'secrets/service-token'), 'utf8').trim()
    expect(token.length).toBeGreaterThanOrEqual(43)
    expect(environ).toContain(token)
    await first.stop()
    await create().start()
    await until(readRun)
    expect(readFileSync(join(home(), 'secrets/service-token'), 'utf8').trim()).toBe(token)
  })

  test('the first password is shown on the start that made it, later only where it lies', async () => {
    const first = create()
    await first.start()
    // The api writes it while it starts.
    writeFileSync(join(home(), 'admin-password.txt'), 'correct horse\n', { mode: 0o600 })
    await until(() => shown !== '')
    expect(shown).toContain('correct horse')
    await first.stop()
    await sleep(1_100)
    shown = ''
    await create().start()
    await until(() => shown !== '')
    expect(shown).not.toContain('correct horse')
    expect(shown).toContain('admin-password.txt')
  })

  test('lines of the children go to their files; warnings are shown, unable to forge a line', async () => {
    await create().start()
    await until(() => shown !== '')
    expect(readFileSync(join(home(), 'logs/api.log'), 'utf8')).toContain('an info line of API')
    expect(warned).toMatch(/\d\d:\d\d:\d\d api warn a warning of API topic="a\\nb"/)
    expect(warned).not.toContain('an info line')
  })

  test('check 2: off loopback the plaintext ports stay on loopback and TLS is announced with its CA', async () => {
    await create({ LINLI_BIND: '0.0.0.0' }).start()
    const run = await until(readRun)
    await until(() => shown !== '')
    expect(run.https).toMatch(/^https:\/\/127\.0\.0\.1:[1-9]\d*$/)
    expect(run.mqtts).toMatch(/^mqtts:\/\/127\.0\.0\.1:[1-9]\d*$/)
    expect(existsSync(join(home(), 'tls/ca.pem'))).toBe(true)
    const httpsPort = new URL(run.https ?? '').port
    expect(shown).toContain(`https://192.0.2.7:${httpsPort}/ca.pem`)
    expect(shown).toMatch(/SHA-256 ([0-9A-F]{2}:){31}[0-9A-F]{2}/)
    expect(shown).toContain('▄')
  })
})
