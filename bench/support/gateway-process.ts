import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { GatewayHealth } from '../../contracts/health.ts'
import { allocatorEnvironment, jemallocOf } from '../../gateway/supervisor/allocator.ts'
import { collectWord } from './collect.ts'
import { checkout } from './detect-pictures.ts'

const token = 'bench'.repeat(8)

export interface GatewayProcess {
  readonly pid: number
  readonly mqttUrl: string
  readonly mqttPort: number
  /** The private interface; throws what it answers where that is no 2xx. */
  ask(method: 'GET' | 'PUT' | 'POST', path: string, body?: object): Promise<unknown>
  health(): Promise<GatewayHealth>
  /** Bytes of its JavaScript heap in use. */
  heapUsed(): Promise<number>
  /** All its threads let go of what nobody holds; only with `collectable`. */
  collect(): void
  close(): Promise<void>
}

/** The whole gateway process as `npm start` starts it, the api absent, on ports of its own. */
export async function startGatewayProcess(options: {
  readonly home: string
  readonly community: string
  readonly models: string
  readonly env?: Readonly<Record<string, string>>
  readonly collectable?: boolean
}): Promise<GatewayProcess> {
  const [mqttPort, httpPort, nobody] = [await freePort(), await freePort(), await freePort()]
  const main = join(checkout(), 'dist/gateway/main.js')
  const collector = ['--expose-gc', '--import', join(checkout(), 'dist/bench/support/collect.js')]
  const flags = options.collectable === true ? collector : []
  const child = spawn(process.execPath, [...flags, main], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      // As the supervisor starts it.
      ...allocatorEnvironment(jemallocOf()),
      ...process.env,
      LINLI_HOME: options.home,
      LINLI_COMMUNITY: options.community,
      LINLI_MODELS: options.models,
      LINLI_MQTT_PORT: String(mqttPort),
      LINLI_GATEWAY_PORT: String(httpPort),
      LINLI_API_URL: `http://127.0.0.1:${nobody}`,
      LINLI_SERVICE_TOKEN: token,
      LINLI_PASS_KEY: token,
      ...options.env,
    },
  })
  await new Promise<void>((resolve, reject) => {
    child.on('message', (message: { type?: string }) => {
      if (message.type === 'listening') resolve()
    })
    child.once('exit', (code) => reject(new Error(`gateway ended with ${code}`)))
    child.once('error', reject)
  })
  const call = async (method: string, path: string, body?: object): Promise<string> => {
    const answer = await fetch(`http://127.0.0.1:${httpPort}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${path}: HTTP ${answer.status} ${text}`)
    return text
  }
  const ask: GatewayProcess['ask'] = async (method, path, body) =>
    JSON.parse(await call(method, path, body)) as unknown
  return {
    pid: child.pid ?? 0,
    mqttUrl: `mqtt://127.0.0.1:${mqttPort}`,
    mqttPort,
    ask,
    health: async () => (await ask('GET', '/health')) as GatewayHealth,
    async heapUsed() {
      const row = /^linli_gateway_nodejs_heap_size_used_bytes (\S+)/m
      return Number(row.exec(await call('GET', '/metrics'))?.[1])
    },
    collect() {
      child.send(collectWord)
    },
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
    },
  }
}

/** Until every model of config/models.yaml that is wanted is open; throws after half a minute. */
export async function modelsOpen(gateway: GatewayProcess): Promise<void> {
  const until = performance.now() + 30_000
  while (performance.now() < until) {
    const { models } = await gateway.health()
    if (models.length > 0 && models.every(({ state }) => state === 'loaded')) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error('the gateway lacks weights: linli models pull')
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
