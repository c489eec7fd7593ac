import { defaultDoor } from '../../../contracts/access.ts'
import type { Roster, RosterDevice, RosterHousehold } from '../../../contracts/roster.ts'
import type { YearParameters } from '../parameters.ts'
import { Chance } from './chance.ts'
import { type Room, rooms } from './day.ts'
import type { Habits } from './day.ts'

export const community = 'year'

export interface Elder {
  readonly id: string
  readonly habits: Habits
  readonly hasCard: boolean
}
export type Speech = 'counted' | 'declared' | 'bare'
export type Part = 'door' | 'motion' | 'water' | 'power' | 'sos' | 'smoke'
export interface Fitting {
  readonly id: string
  readonly part: Part
  readonly room: Room
  readonly everyMs: number
}
/** What a home is made of; it does nothing. */
export interface HomePlan {
  readonly id: string
  readonly entrance: { readonly id: string; readonly method: 'card' | 'face' }
  readonly household: RosterHousehold
  readonly elders: readonly Elder[]
  readonly speech: Speech
  readonly fittings: readonly Fitting[]
  readonly lock: string | null
  readonly camera: string | null
  readonly hasCarer: boolean
  readonly heater: boolean
  readonly cooling: number | null
  readonly drips: boolean
}

const homesPerBuilding = 12

function fittingsOf({ home }: YearParameters, id: string, chance: Chance): Fitting[] {
  const every = home.reportEveryMs
  const fittings: Fitting[] = [{ id: `${id}-door`, part: 'door', room: 'hall', everyMs: every }]
  const seen = [...rooms].slice(0, chance.pick(home.motionSensors))
  for (const room of seen)
    fittings.push({ id: `${id}-pir-${room}`, part: 'motion', room, everyMs: every })
  if (chance.is(home.waterShare)) {
    const everyMs = chance.is(home.waterDailyShare) ? 24 * 3_600_000 : every
    fittings.push({ id: `${id}-water`, part: 'water', room: 'kitchen', everyMs })
  }
  if (chance.is(home.powerShare))
    fittings.push({ id: `${id}-power`, part: 'power', room: 'hall', everyMs: home.powerEveryMs })
  if (chance.is(home.sosShare))
    fittings.push({ id: `${id}-sos`, part: 'sos', room: 'bedroom', everyMs: 24 * 3_600_000 })
  if (chance.is(home.smokeShare))
    fittings.push({ id: `${id}-smoke`, part: 'smoke', room: 'kitchen', everyMs: 6 * every })
  return fittings
}

function planHome(parameters: YearParameters, seed: number, box: number, index: number): HomePlan {
  const { life, home, heat, people, coupleShare } = parameters
  const id = `b${box}-h${index}`
  const chance = new Chance(seed, `home ${id}`)
  const building = Math.floor(index / homesPerBuilding)
  const elderIds = chance.is(coupleShare) ? [`${id}-a`, `${id}-b`] : [`${id}-a`]
  const speech: Speech = chance.is(home.countedShare)
    ? 'counted'
    : chance.is(home.undeclaredShare)
      ? 'bare'
      : 'declared'
  const place = {
    name: `${building + 1} 号楼 ${index + 1} 室`,
    // A kilometre between buildings: who enters one is not near another.
    lat: 32 + building * 0.01,
    lon: 118.8,
  }
  return {
    id,
    entrance: {
      id: `b${box}-entrance-${building}`,
      method: building % 3 === 0 ? 'face' : 'card',
    },
    household: { id, community, place },
    elders: elderIds.map((elder) => ({
      id: elder,
      hasCard: chance.is(0.8),
      habits: {
        homebody: chance.is(life.homebodyShare),
        nightShift: chance.is(life.nightShiftShare),
        shiftHours: chance.normal(0, 0.5),
      },
    })),
    speech,
    fittings: fittingsOf(parameters, id, chance),
    lock: chance.is(home.lockShare) ? `${id}-lock` : null,
    camera: chance.is(home.cameraShare) ? `${id}-camera` : null,
    hasCarer: chance.is(people.carerShare),
    heater: chance.is(home.heaterShare),
    cooling: chance.is(heat.coolingShare) ? chance.between(0.7, 1.2) * heat.coolingKw : null,
    drips: chance.is(home.dripShare),
  }
}

/** The homes of one box, until it has its elders. */
export function homesOf(parameters: YearParameters, seed: number, box: number): HomePlan[] {
  const first = box * parameters.eldersPerBox
  let left = Math.min(parameters.eldersPerBox, parameters.elders - first)
  const homes: HomePlan[] = []
  for (let index = 0; left > 0; index++) {
    const plan = planHome(parameters, seed, box, index)
    const elders = plan.elders.slice(0, left)
    homes.push({ ...plan, elders })
    left -= elders.length
  }
  return homes
}

const device = (
  id: string,
  type: string,
  home: HomePlan | null,
  more: Partial<RosterDevice> = {},
): RosterDevice => ({
  id,
  community,
  type,
  name: id,
  place: home?.household.place ?? null,
  state: 'approved',
  household: home?.id ?? null,
  intervalMs: null,
  camera: null,
  ...more,
})

const camera: NonNullable<RosterDevice['camera']> = {
  priority: 'care',
  tasks: ['recognition'],
  source: null,
  zones: [],
  areaType: 'home-front',
  staleAfterMs: 30_000,
}

function devicesOf(home: HomePlan): RosterDevice[] {
  const devices = home.fittings.map(({ id, part, everyMs }) =>
    device(id, part, home, { intervalMs: home.speech === 'bare' ? null : everyMs }),
  )
  if (home.lock !== null) devices.push(device(home.lock, 'door', home, { door: defaultDoor }))
  if (home.camera !== null) devices.push(device(home.camera, 'camera', home, { camera }))
  return devices
}

/** What the api would have pushed to the box on its first day. */
export function rosterOf(homes: readonly HomePlan[], parameters: YearParameters): Roster {
  const entrances = new Map(
    homes.map((home) => [
      home.entrance.id,
      device(home.entrance.id, 'door', null, {
        place: { ...home.household.place, name: home.entrance.id },
        door: { ...defaultDoor, methods: ['face', 'card'] },
      }),
    ]),
  )
  return {
    version: 1,
    devices: [...entrances.values(), ...homes.flatMap(devicesOf)],
    credentials: [],
    households: homes.map(({ household }) => household),
    residents: homes.flatMap((home) =>
      home.elders.map(({ id }) => ({
        id,
        community,
        household: home.id,
        name: id,
        honorific: id,
        watch: { windowMs: parameters.windowMs, since: parameters.startsAt },
        away: [],
      })),
    ),
    cards: [],
  }
}
