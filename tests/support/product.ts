import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const distDir = fileURLToPath(new URL('../../dist/', import.meta.url))

export interface Product {
  readonly url: string
  readonly mqttUrl: string
  readonly home: string
  readonly adminPassword: string
  /** The supervising parent. */
  readonly process: ChildProcess
  /** Everything it has printed so far. */
  output(): string
  /** Signs in as admin (once) and calls `/api/v1{path}`; answers the parsed body, throws on an error status. */
  call<T = unknown>(method: string, path: string, body?: unknown): Promise<T>
  close(): Promise<void>
}

export interface ProductOptions {
  readonly env?: Readonly<Record<string, string>>
  /** A home to go on with; it is then not removed by close(). */
  readonly home?: string
  readonly readyWithinMs?: number
}

/** The built product as a stranger starts it: `npm start` on free ports with an own home. */
export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'linli-test-')))
  const adminPassword = 'a password of this test'
  const child = spawn(process.execPath, [join(distDir, 'gateway/supervise.js')], {
    env: {
      ...process.env,
      LINLI_HOME: home,
      LINLI_HTTP_PORT: '0',
      LINLI_MQTT_PORT: '0',
      LINLI_COMMUNITY: 'demo',
      LINLI_ADMIN_PASSWORD: adminPassword,
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => void (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => void (output += chunk.toString()))
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await gone
    }
    if (options.home === undefined) await rm(home, { recursive: true, force: true, maxRetries: 3 })
  }
  try {
    const addresses = await waitForReady(child, home, () => output, options.readyWithinMs ?? 20_000)
    const call = createCaller(addresses.http, adminPassword)
    return {
      url: addresses.http,
      mqttUrl: addresses.mqtt,
      home,
      adminPassword,
      process: child,
      output: () => output,
      call,
      close: stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function waitForReady(
  child: ChildProcess,
  home: string,
  output: () => string,
  withinMs: number,
) {
  const runFile = join(home, 'run.json')
  const deadline = Date.now() + withinMs
  while (Date.now() < deadline) {
    if (child.exitCode !== null)
      throw new Error(`the product ended with ${child.exitCode}:\n${output()}`)
    if (existsSync(runFile)) {
      const run = JSON.parse(readFileSync(runFile, 'utf8')) as {
        http: string
        mqtt: string
        pid: number
      }
      const ready = await fetch(`${run.http}/api/v1/ready`).catch(() => null)
      if (run.pid === child.pid && ready?.status === 200) return run
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`not ready within ${withinMs} ms:\n${output()}`)
}

function createCaller(url: string, password: string): Product['call'] {
  let token: string | null = null
  const signIn = async (): Promise<string> => {
    const answer = await fetch(`${url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'admin', password }),
    })
    if (!answer.ok) throw new Error(`sign-in: ${answer.status} ${await answer.text()}`)
    return ((await answer.json()) as { token: string }).token
  }
  return async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    token ??= await signIn()
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    return (text === '' ? null : JSON.parse(text)) as T
  }
}
