import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { GatewayHealth } from '../../contracts/health.ts'
import type { Roster } from '../../contracts/roster.ts'
import { hashSecret } from '../../gateway/broker/credential-check.ts'
import { checkout } from './detect-pictures.ts'

const token = 'bench'.repeat(8)
export const cameraSecret = 'bench-camera-secret'

export interface BenchGateway {
  readonly mqttUrl: string
  health(): Promise<GatewayHealth>
  close(): Promise<void>
}

/** The whole gateway process as `npm start` starts it, api absent, with a roster of cameras. */
export async function startGateway(options: {
  readonly home: string
  readonly community: string
  readonly cameras: number
  readonly models: string
}): Promise<BenchGateway> {
  const [mqttPort, httpPort, nobody] = [await freePort(), await freePort(), await freePort()]
  const child = spawn(process.execPath, [join(checkout(), 'dist/gateway/main.js')], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      ...process.env,
      LINLI_HOME: options.home,
      LINLI_COMMUNITY: options.community,
      LINLI_MODELS: options.models,
      LINLI_MQTT_PORT: String(mqttPort),
      LINLI_GATEWAY_PORT: String(httpPort),
      LINLI_API_URL: `http://127.0.0.1:${nobody}`,
      LINLI_SERVICE_TOKEN: token,
    },
  })
  await listening(child)
  const ask = async (path: string, body: object | null = null): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${httpPort}${path}`, {
      method: body === null ? 'GET' : 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === null ? {} : { body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${path}: HTTP ${answer.status} ${await answer.text()}`)
    return answer.json()
  }
  await ask('/roster', rosterOf(options.community, options.cameras))
  return {
    mqttUrl: `mqtt://127.0.0.1:${mqttPort}`,
    health: async () => (await ask('/health')) as GatewayHealth,
    async close() {
      if (child.exitCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on('message', (message: { type?: string }) => {
      if (message.type === 'listening') resolve()
    })
    child.once('exit', (code) => reject(new Error(`gateway ended with ${code}`)))
    child.once('error', reject)
  })
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

function rosterOf(community: string, cameras: number): Roster {
  const numbers = Array.from({ length: cameras }, (_, number) => number)
  const hashHex = hashSecret('00', Buffer.from(cameraSecret)).toString('hex')
  return {
    version: 1,
    devices: numbers.map((number) => ({
      id: `camera-${number}`,
      community,
      type: 'camera',
      name: `camera-${number}`,
      place: null,
      state: 'approved',
      household: null,
      intervalMs: null,
      camera: {
        priority: 'public',
        tasks: ['objects', 'faces'],
        source: null,
        zones: [],
        // Every frame is to be analysed: the gate is measured by `bench cameras`.
        motionGate: false,
        watchPicture: false,
        staleAfterMs: 30_000,
      },
    })),
    credentials: numbers.map((number) => ({
      username: `camera-${number}`,
      saltHex: '00',
      hashHex,
      kind: 'device',
      community,
      device: `camera-${number}`,
      prefixes: [],
    })),
    households: [],
    residents: [],
    cards: [],
  }
}
