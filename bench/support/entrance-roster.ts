import type { BarrierSettings, DoorSettings } from '../../contracts/access.ts'
import type { CameraSettings, Roster, RosterDevice } from '../../contracts/roster.ts'
import { hashSecret } from '../../gateway/broker/credential-check.ts'

export const entranceSecret = 'bench-entrance-secret'

const camera = (tasks: CameraSettings['tasks']): CameraSettings => ({
  priority: 'door',
  tasks,
  source: null,
  zones: [],
  staleAfterMs: 600_000,
})

const door = (id: string): DoorSettings => ({
  methods: ['face', 'card'],
  cameras: [id],
  liveness: 'picture',
  schedule: [],
  who: [],
  households: [],
  direction: 'in',
  antiPassback: 'off',
  openMs: 5_000,
  heldOpenAfterMs: 60_000,
  onCommsLoss: 'stay-locked',
  fireInput: null,
})

/** A car park of its own each: one car comes to all of them. */
const barrier = (id: string): BarrierSettings => ({
  cameras: [id],
  direction: 'in',
  carPark: id,
  places: null,
  antiPassback: 'off',
  onCommsLoss: 'stay-closed',
  fireInput: null,
  exitFree: true,
})

/** Entrances that send their own frames, each with a credential. */
export function entranceRoster(
  kind: 'door' | 'barrier',
  entrances: readonly string[],
  community: string,
): Roster {
  const hashHex = hashSecret('00', Buffer.from(entranceSecret)).toString('hex')
  return {
    version: 1,
    devices: entrances.map(
      (id): RosterDevice => ({
        id,
        community,
        type: kind,
        name: id,
        place: null,
        state: 'approved',
        household: null,
        intervalMs: null,
        camera: camera(kind === 'door' ? ['recognition'] : ['plates']),
        ...(kind === 'door' ? { door: door(id) } : { barrier: barrier(id) }),
      }),
    ),
    credentials: entrances.map((id) => ({
      username: id,
      saltHex: '00',
      hashHex,
      kind: 'device',
      community,
      device: id,
      prefixes: [],
    })),
    households: [],
    residents: [],
    cards: [],
  }
}
