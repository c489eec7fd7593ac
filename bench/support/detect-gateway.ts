import type { GatewayHealth } from '../../contracts/health.ts'
import type { Roster } from '../../contracts/roster.ts'
import { hashSecret } from '../../gateway/broker/credential-check.ts'
import { startGatewayProcess } from './gateway-process.ts'

export const cameraSecret = 'bench-camera-secret'

export interface BenchGateway {
  readonly mqttUrl: string
  health(): Promise<GatewayHealth>
  close(): Promise<void>
}

/** The whole gateway process with a roster of cameras. */
export async function startGateway(options: {
  readonly home: string
  readonly community: string
  readonly cameras: number
  readonly models: string
}): Promise<BenchGateway> {
  const gateway = await startGatewayProcess(options)
  await gateway.ask('PUT', '/roster', rosterOf(options.community, options.cameras))
  return gateway
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
