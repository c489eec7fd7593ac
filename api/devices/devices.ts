import { Value } from 'typebox/value'
import { DeviceSeen, type GatewayEvent } from '../../contracts/events.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { DeviceCreate, DevicePatch } from '../../contracts/http/devices.ts'
import { isSlug } from '../../contracts/ids.ts'
import type { DeviceInfo } from '../../contracts/payloads.ts'
import type { RosterChange, RosterDevice } from '../../contracts/roster.ts'
import { toJsonOrNull } from '../db/json.ts'
import type { Db, Trx } from '../db/open.ts'
import { emit } from '../events/emit.ts'
import { recordChange } from '../roster/change.ts'
import { deviceOf } from '../roster/rows.ts'
import { type Issued, issueCredential, revokeCredential, usernameOf } from './credentials.ts'
import { type DeviceRules, settingsOf } from './settings.ts'

export interface DeviceOutcome {
  readonly device: RosterDevice
  readonly change: RosterChange
}
export interface DeviceWithIssued extends DeviceOutcome {
  readonly mqtt: Issued['mqtt']
}

/** Strangers that may wait for approval in one community; more are turned away and counted. */
const pendingMax = 500

export async function findDevice(
  db: Db | Trx,
  community: string,
  id: string,
): Promise<RosterDevice | null> {
  const row = await db
    .selectFrom('devices')
    .selectAll()
    .where('community', '=', community)
    .where('id', '=', id)
    .executeTakeFirst()
  return row === undefined ? null : deviceOf(row)
}

/** Registers an approved device and issues its credential. */
export async function registerDevice(
  trx: Trx,
  body: DeviceCreate,
  community: string,
  rules: DeviceRules,
  now: number,
): Promise<DeviceWithIssued> {
  if ((await findDevice(trx, community, body.id)) !== null) {
    throw new CodedError('conflict.exists', `device ${body.id}`)
  }
  await checkHousehold(trx, community, body.household)
  const device: RosterDevice = {
    id: body.id,
    community,
    type: body.type,
    name: body.name ?? body.id,
    place: body.place ?? null,
    state: 'approved',
    household: body.household ?? null,
    intervalMs: body.intervalMs ?? null,
    ...settingsOf(body, body, {}, rules),
  }
  await insert(trx, device, now)
  return withCredential(trx, device, 'registered', now)
}

async function insert(trx: Trx, device: RosterDevice, now: number): Promise<void> {
  await trx
    .insertInto('devices')
    .values({ ...columnsOf(device), created_at: now, updated_at: now })
    .execute()
}

const columnsOf = (device: RosterDevice) => ({
  community: device.community,
  id: device.id,
  type: device.type,
  name: device.name,
  place: toJsonOrNull(device.place),
  state: device.state,
  household: device.household,
  interval_ms: device.intervalMs,
  camera: toJsonOrNull(device.camera),
  door: toJsonOrNull(device.door),
  barrier: toJsonOrNull(device.barrier),
  relay: toJsonOrNull(device.relay),
})

async function checkHousehold(
  trx: Trx,
  community: string,
  household: string | null | undefined,
): Promise<void> {
  if (household === null || household === undefined) return
  const found = await trx
    .selectFrom('households')
    .select('id')
    .where('id', '=', household)
    .where('community', '=', community)
    .executeTakeFirst()
  if (found === undefined) throw new CodedError('request.invalid', `household ${household}`)
}

async function withCredential(
  trx: Trx,
  device: RosterDevice,
  word: string,
  now: number,
): Promise<DeviceWithIssued> {
  const issued = await issueCredential(
    trx,
    {
      username: usernameOf(device.community, device.id),
      kind: 'device',
      community: device.community,
      device: device.id,
      prefixes: [],
    },
    now,
  )
  const change = await recordChange(trx, {
    devices: { upsert: [device] },
    credentials: { upsert: [issued.credential] },
  })
  await tell(trx, device, word, now)
  return { device, mqtt: issued.mqtt, change }
}

const tell = (trx: Trx, device: RosterDevice, change: string, now: number): Promise<void> =>
  emit(trx, {
    name: 'device',
    ts: now,
    community: device.community,
    unit: null,
    data: { id: device.id, community: device.community, state: device.state, change },
  })

export async function patchDevice(
  trx: Trx,
  device: RosterDevice,
  patch: DevicePatch,
  rules: DeviceRules,
  now: number,
): Promise<DeviceOutcome> {
  await checkHousehold(trx, device.community, patch.household)
  const type = patch.type ?? device.type
  const next: RosterDevice = {
    ...device,
    type,
    name: patch.name ?? device.name,
    place: patch.place ?? device.place,
    household: patch.household ?? device.household,
    intervalMs: patch.intervalMs ?? device.intervalMs,
    ...settingsOf({ id: device.id, type }, patch, device, rules),
  }
  await save(trx, next, now)
  const change = await recordChange(trx, { devices: { upsert: [next] } })
  await tell(trx, next, 'changed', now)
  return { device: next, change }
}

async function save(trx: Trx, device: RosterDevice, now: number): Promise<void> {
  await trx
    .updateTable('devices')
    .set({ ...columnsOf(device), updated_at: now })
    .where('community', '=', device.community)
    .where('id', '=', device.id)
    .execute()
}

/** Approves a pending or blocked device; also gives an approved one a new secret, ending the old one. */
export async function approveDevice(
  trx: Trx,
  device: RosterDevice,
  now: number,
): Promise<DeviceWithIssued> {
  const next: RosterDevice = { ...device, state: 'approved' }
  await save(trx, next, now)
  return withCredential(trx, next, 'approved', now)
}

/** Blocks a device: its credential is gone, so it is out within seconds. */
export async function blockDevice(
  trx: Trx,
  device: RosterDevice,
  now: number,
): Promise<DeviceOutcome> {
  const next: RosterDevice = { ...device, state: 'blocked' }
  const username = usernameOf(device.community, device.id)
  await save(trx, next, now)
  await revokeCredential(trx, username)
  const change = await recordChange(trx, {
    devices: { upsert: [next] },
    credentials: { remove: [username] },
  })
  await tell(trx, next, 'blocked', now)
  return { device: next, change }
}

/**
 * A stranger announced itself under a provisioning credential: it is put down as pending, or what it
 * says of itself by now is. Null when it is approved or blocked, is not named as a device can be, says
 * nothing that can be read, or too many wait.
 */
export async function noteStranger(
  trx: Trx,
  event: GatewayEvent,
  rules: DeviceRules,
  now: number,
): Promise<DeviceOutcome | null> {
  const { community, device: id, data } = event
  if (!isSlug(community) || !isSlug(id) || !Value.Check(DeviceSeen, data)) return null
  const known = await findDevice(trx, community, id)
  if (known !== null && (known.state !== 'pending' || data.info === null)) return null
  if (known === null && (await countPending(trx, community)) >= pendingMax) return null
  const device = pendingDevice(community, id, data.info ?? {}, rules)
  if (known === null) await insert(trx, device, now)
  else await save(trx, device, now)
  const change = await recordChange(trx, { devices: { upsert: [device] } })
  await tell(trx, device, 'seen', now)
  return { device, change }
}

async function countPending(trx: Trx, community: string): Promise<number> {
  const waiting = await trx
    .selectFrom('devices')
    .select(({ fn }) => fn.countAll().as('n'))
    .where('community', '=', community)
    .where('state', '=', 'pending')
    .executeTakeFirst()
  return Number(waiting?.n ?? 0)
}

function pendingDevice(
  community: string,
  id: string,
  info: DeviceInfo,
  rules: DeviceRules,
): RosterDevice {
  const { type = 'unknown', name, place, intervalMs } = info
  return {
    id,
    community,
    type,
    name: name === undefined || name === '' ? id : name,
    place: place === undefined ? null : typeof place === 'string' ? { name: place } : place,
    state: 'pending',
    household: null,
    intervalMs: intervalMs ?? null,
    ...settingsOf({ id, type }, {}, {}, rules),
  }
}
