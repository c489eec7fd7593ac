import type { CameraSettings, Roster } from '../../contracts/roster.ts'
import { hashSecret } from '../../gateway/broker/credential-check.ts'

export const camerasSecret = 'bench-cameras-secret'
export const doorCameras = 2

/** The first two stand at doors, of the rest every fifth is asked for signs of life. */
export function settingsOfCamera(number: number, source: string | null): CameraSettings {
  const atDoor = number < doorCameras
  return {
    priority: atDoor ? 'door' : number % 5 === 0 ? 'care' : 'public',
    tasks: atDoor ? ['recognition'] : ['objects', 'faces'],
    source,
    zones: [],
    ...(source === null
      ? {}
      : {
          stream: { transport: 'tcp', keyframesOnly: true, hardware: null, framesPerSecond: 5 },
        }),
    staleAfterMs: 30_000,
  }
}

/** Cameras as the api registers them: motion gate but for doors, picture watched. */
export function camerasRoster(options: {
  readonly version: number
  readonly cameras: number
  readonly community: string
  readonly source?: (number: number) => string
}): Roster {
  const { version, cameras, community, source } = options
  const numbers = Array.from({ length: cameras }, (_, number) => number)
  const hashHex = hashSecret('00', Buffer.from(camerasSecret)).toString('hex')
  return {
    version,
    devices: numbers.map((number) => ({
      id: `camera-${number}`,
      community,
      type: 'camera',
      name: `camera-${number}`,
      place: null,
      state: 'approved',
      household: null,
      intervalMs: null,
      camera: settingsOfCamera(number, source?.(number) ?? null),
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
