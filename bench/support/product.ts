import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

const startWithinMs = 30_000

/** Resolves when the process says that it listens. */
const listening = (child: ChildProcess, file: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${file} did not start`)), startWithinMs)
    child.on('message', (message) => {
      if ((message as { type?: string }).type !== 'listening') return
      clearTimeout(timer)
      resolve()
    })
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      reject(new Error(`${file} ended with ${code ?? signal}`))
    })
  })

/** The built `dist/`, from itself and from source. */
const built = (file: string): string => {
  const dist = import.meta.url.includes('/dist/bench/')
    ? new URL('../../', import.meta.url)
    : new URL('../../dist/', import.meta.url)
  return fileURLToPath(new URL(file, dist))
}

/**
 * The built gateway and api as two processes, started as gateway/supervise.ts starts them, but restarted
 * at once: the supervisor's pauses between deaths would be most of a run that kills a thousand times.
 */
export class Product {
  readonly folder = mkdtempSync(join(tmpdir(), 'linli-product-'))
  readonly #password = randomBytes(12).toString('hex')
  readonly #token = randomBytes(24).toString('hex')
  #ports = { http: 0, mqtt: 0, gateway: 0 }
  #api: ChildProcess | null = null
  #gateway: ChildProcess | null = null
  #session = ''

  get mqttPort(): number {
    return this.#ports.mqtt
  }

  async start(): Promise<void> {
    this.#ports = { http: await freePort(), mqtt: await freePort(), gateway: await freePort() }
    this.#api = await this.#spawn('api/server.js')
    await this.startGateway()
    const { token } = await this.request<{ token: string }>('POST', '/auth/login', {
      username: 'admin',
      password: this.#password,
    })
    this.#session = token
  }

  async startGateway(): Promise<void> {
    this.#gateway = await this.#spawn('gateway/main.js')
  }

  /** `kill -9`; resolves when the process is gone. */
  async killGateway(): Promise<void> {
    await this.#end(this.#gateway, 'SIGKILL')
  }

  /** Registers an approved device; answers its MQTT credential. */
  async register(id: string, type: string): Promise<{ username: string; password: string }> {
    const device = { id, community: 'home', name: id, type }
    type Answer = { mqtt: { username: string; password: string } }
    return (await this.request<Answer>('POST', '/devices', device)).mqtt
  }

  async request<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(`http://127.0.0.1:${this.#ports.http}/api/v1${path}`, {
      method,
      headers: {
        ...(this.#session === '' ? {} : { authorization: `Bearer ${this.#session}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!response.ok)
      throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }

  /** Raw values of one reading, all of them. */
  async values(device: string, reading: string): Promise<number[]> {
    const values: number[] = []
    const pageMax = 50_000
    for (let from = 0; ; ) {
      const query = `reading=${reading}&from=${from}&to=${Date.now() + 60_000}&limit=${pageMax}`
      type Answer = { items: { ts: number; value: number }[] }
      const { items } = await this.request<Answer>('GET', `/devices/${device}/telemetry?${query}`)
      const last = items.at(-1)
      if (items.length < pageMax || last === undefined) {
        for (const item of items) values.push(item.value)
        return values
      }
      // Points of the last ms may go on in the next page: that ms is read again there.
      for (const item of items) if (item.ts < last.ts) values.push(item.value)
      from = last.ts
    }
  }

  async close(): Promise<void> {
    await this.#end(this.#gateway, 'SIGKILL')
    await this.#end(this.#api, 'SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }

  async #spawn(file: string): Promise<ChildProcess> {
    const { http, mqtt, gateway } = this.#ports
    const child = fork(built(file), [], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [],
      env: {
        ...process.env,
        LINLI_HOME: this.folder,
        LINLI_HTTP_PORT: String(http),
        LINLI_MQTT_PORT: String(mqtt),
        LINLI_GATEWAY_PORT: String(gateway),
        LINLI_GATEWAY_URL: `http://127.0.0.1:${gateway}`,
        LINLI_API_URL: `http://127.0.0.1:${http}`,
        LINLI_SERVICE_TOKEN: this.#token,
        LINLI_PASS_KEY: this.#token,
        LINLI_ADMIN_PASSWORD: this.#password,
      },
    })
    await listening(child, file)
    return child
  }

  async #end(child: ChildProcess | null, signal: NodeJS.Signals): Promise<void> {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.kill(signal)
    await gone
  }
}
