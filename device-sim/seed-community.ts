import { hourMs, dayMs } from '../contracts/clock.ts'
import type { DeviceCreate, DeviceItem, DeviceWithSecret } from '../contracts/http/devices.ts'
import type {
  CardCreate,
  HouseholdCreate,
  HouseholdItem,
  ResidentCreate,
  ResidentItem,
  SuspensionCreate,
} from '../contracts/http/people.ts'
import type { Unit } from '../contracts/http/org.ts'
import type { ListAnswer } from '../contracts/http/system.ts'
import { catalog, type DeviceSpec } from './community/catalog.ts'
import { doorFor } from './community/entrances.ts'
import { cards, homes, parts, pointOfBuilding, staff, watchWindowMs } from './community/cast.ts'
import type { Memory } from './memory.ts'
import type { ApiClient } from './product/api-client.ts'

export interface SeedDeps {
  readonly api: ApiClient
  readonly memory: Memory
  readonly community: string
  readonly nowMs: number
  readonly newSecret: () => string
  /** Whether faces may open doors by pictures alone. */
  readonly testMode: boolean
}

/** History begins here; watching since a little before it. */
export const historyMs = 30 * hourMs
/** When the elder who is away was last at home, before now. */
export const awayAgoMs = 26 * hourMs
/** While history is on its way nobody is judged by the hours that have not arrived yet. */
const patientWindowMs = 7 * dayMs
const parallel = 4

/** What the seed found or made; `fresh` is true where the community did not exist before. */
export interface SeedOutcome {
  readonly fresh: boolean
  readonly created: number
}

/**
 * Brings the sample community into being through the public interface. Looks first, so a second run
 * creates nothing. Elders are watched with a long window until `watchClosely` is called.
 */
export async function seedCommunity(deps: SeedDeps): Promise<SeedOutcome> {
  const { api } = deps
  const households = await api.list<HouseholdItem>('/households')
  const residents = await api.list<ResidentItem>('/residents')
  const devices = await api.list<DeviceItem>('/devices')
  const grid = await gridOf(api)
  let created = 0

  for (const home of homes) {
    if (!households.some(({ id }) => id === home.id)) {
      await api.post('/households', {
        id: home.id,
        community: deps.community,
        place: { name: home.address, ...pointOfBuilding(home.building), ...grid },
      } satisfies HouseholdCreate)
      created += 1
    }
    for (const person of home.residents) {
      if (residents.some(({ id }) => id === person.id)) continue
      await api.post('/residents', {
        id: person.id,
        community: deps.community,
        name: person.name,
        honorific: person.honorific,
        household: home.id,
        ...(person.watched
          ? { watch: { windowMs: patientWindowMs, since: deps.nowMs - historyMs - hourMs } }
          : {}),
      } satisfies ResidentCreate)
      if (person.id === parts.away) await registerAbsence(api, deps.nowMs)
      created += 1
    }
  }
  created += await seedDevices(deps, devices, grid)
  created += await seedPeople(deps)
  return { fresh: residents.length === 0, created }
}

async function registerAbsence(api: ApiClient, nowMs: number): Promise<void> {
  await api.post(`/care/${parts.away}/suspensions`, {
    from: nowMs - awayAgoMs + hourMs / 2,
    to: null,
    reason: 'away',
    note: '住女儿家，女儿来电登记',
  } satisfies SuspensionCreate)
}

/** The grid of the sample places; none where the organisation has no grid. */
async function gridOf(api: ApiClient): Promise<{ grid?: string }> {
  const units = await api.get<ListAnswer<Unit>>('/org')
  const grid = units.items.find((unit) => unit.kind === 'grid')
  return grid === undefined ? {} : { grid: grid.id }
}

async function seedDevices(
  deps: SeedDeps,
  present: readonly DeviceItem[],
  grid: { grid?: string },
): Promise<number> {
  const { api, memory, community, testMode } = deps
  let created = 0
  const seedOne = async (spec: DeviceSpec): Promise<void> => {
    const exists = present.some(({ id, community: of }) => id === spec.id && of === community)
    if (exists && hasSettings(spec)) {
      const { camera, door, barrier } = registration(spec, community, grid, testMode)
      const settings = {
        ...(camera && { camera }),
        ...(door && { door }),
        ...(barrier && { barrier }),
      }
      await api.patch(`/devices/${spec.id}?community=${community}`, settings)
    }
    if (exists && memory.mqtt[spec.id] !== undefined) return
    const answer = exists
      ? await api.post<DeviceWithSecret>(
          `/devices/${spec.id}/credential?community=${community}`,
          {},
        )
      : await api.post<DeviceWithSecret>('/devices', registration(spec, community, grid, testMode))
    memory.mqtt[spec.id] = answer.mqtt
    if (!exists) created += 1
  }
  const waiting = [...catalog]
  const worker = async (): Promise<void> => {
    for (let spec = waiting.shift(); spec !== undefined; spec = waiting.shift()) await seedOne(spec)
  }
  await Promise.all(Array.from({ length: parallel }, worker))
  return created
}

/** A home that was made by an older demo may lack what these are for. */
const hasSettings = ({ camera, door, barrier }: DeviceSpec): boolean =>
  camera !== null || door !== undefined || barrier !== undefined

/**
 * The sensors of the elder whose home falls silent never say how often they report, as cheap ones do;
 * only a person who looks, or the care rule, can then find out that they are dead.
 */
export const saysInterval = (spec: DeviceSpec): boolean =>
  spec.household !== homes.find((home) => home.residents[0]?.id === parts.cannotTell)?.id

function registration(
  spec: DeviceSpec,
  community: string,
  grid: { grid?: string },
  testMode: boolean,
): DeviceCreate {
  return {
    id: spec.id,
    community,
    type: spec.type,
    name: spec.name,
    place: { ...spec.place, ...grid },
    ...(spec.household === null ? {} : { household: spec.household }),
    ...(spec.intervalMs === null || !saysInterval(spec) ? {} : { intervalMs: spec.intervalMs }),
    ...(spec.camera === null ? {} : { camera: spec.camera }),
    ...(spec.door === undefined ? {} : { door: doorFor(spec.door, testMode) }),
    ...(spec.barrier === undefined ? {} : { barrier: spec.barrier }),
  }
}

/** Staff accounts and cards; a password or code that is remembered was created before. */
async function seedPeople(deps: SeedDeps): Promise<number> {
  const { api, memory, community, newSecret } = deps
  let created = 0
  for (const person of staff) {
    if (memory.passwords[person.username] !== undefined) continue
    const password = newSecret()
    await api.post('/users', {
      username: person.username,
      name: person.name,
      role: person.role,
      areas: [community],
      password,
    })
    memory.passwords[person.username] = password
    created += 1
  }
  for (const card of cards) {
    if (memory.cards[card.key] !== undefined) continue
    const code = newSecret()
    await api.post('/credentials', {
      community,
      code,
      holder: card.holder,
      doors: [...card.doors],
    } satisfies CardCreate)
    memory.cards[card.key] = code
    created += 1
  }
  return created
}

/** From here on the watched elders are judged by their own window, 24 h. */
export async function watchClosely(api: ApiClient, nowMs: number): Promise<void> {
  const residents = await api.list<ResidentItem>('/residents')
  for (const home of homes)
    for (const person of home.residents) {
      const known = residents.find(({ id }) => id === person.id)
      if (!person.watched || known?.watch?.windowMs === watchWindowMs) continue
      const since = known?.watch?.since ?? nowMs - historyMs - hourMs
      await api.patch(`/residents/${person.id}`, { watch: { windowMs: watchWindowMs, since } })
    }
}
