import { CodedError } from '../../contracts/errors.ts'
import type { DeviceCreate, DeviceOrigin, DevicePatch } from '../../contracts/http/devices.ts'
import type { RosterChange, RosterDevice } from '../../contracts/roster.ts'
import { toJsonOrNull } from '../db/json.ts'
import type { Db, Trx } from '../db/open.ts'
import { emit } from '../events/emit.ts'
import { recordChange } from '../roster/change.ts'
import { deviceOf, originOf } from '../roster/rows.ts'
import { type Issued, issueCredential, revokeCredential, usernameOf } from './credentials.ts'
import { type DeviceRules, settingsOf } from './settings.ts'
import { adopt, checkVia, keepVia } from './via.ts'

export interface DeviceOutcome {
  readonly device: RosterDevice
  readonly change: RosterChange
}
export interface DeviceWithIssued extends DeviceOutcome {
  readonly mqtt: Issued['mqtt']
}

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

export async function findOrigin(
  db: Db | Trx,
  community: string,
  id: string,
): Promise<DeviceOrigin | null> {
  const row = await db
    .selectFrom('devices')
    .select('origin')
    .where('community', '=', community)
    .where('id', '=', id)
    .executeTakeFirst()
  return row === undefined ? null : originOf(row)
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
    via: body.via ?? null,
  }
  await checkVia(trx, device)
  await insertDevice(trx, device, now)
  if (body.via !== undefined) await keepVia(trx, device)
  return withCredential(trx, device, 'registered', now, await adopt(trx, device))
}

export async function insertDevice(
  trx: Trx,
  device: RosterDevice,
  now: number,
  origin: DeviceOrigin | null = null,
): Promise<void> {
  await trx
    .insertInto('devices')
    .values({
      ...columnsOf(device),
      origin: toJsonOrNull(origin),
      created_at: now,
      updated_at: now,
    })
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
  via: device.via ?? null,
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
  others: readonly RosterDevice[] = [],
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
    devices: { upsert: [device, ...others] },
    credentials: { upsert: [issued.credential] },
  })
  await tellOfDevice(trx, device, word, now)
  return { device, mqtt: issued.mqtt, change }
}

export const tellOfDevice = (
  trx: Trx,
  device: RosterDevice,
  change: string,
  now: number,
): Promise<void> =>
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
    via: patch.via === undefined ? (device.via ?? null) : patch.via,
  }
  if (patch.via !== undefined) await checkVia(trx, next)
  await saveDevice(trx, next, now)
  if (patch.via !== undefined) await keepVia(trx, next)
  const change = await recordChange(trx, { devices: { upsert: [next] } })
  await tellOfDevice(trx, next, 'changed', now)
  return { device: next, change }
}

/** Without `origin`, what it said of itself stays. */
export async function saveDevice(
  trx: Trx,
  device: RosterDevice,
  now: number,
  origin?: DeviceOrigin | null,
): Promise<void> {
  const said = origin === undefined ? {} : { origin: toJsonOrNull(origin) }
  await trx
    .updateTable('devices')
    .set({ ...columnsOf(device), ...said, updated_at: now })
    .where('community', '=', device.community)
    .where('id', '=', device.id)
    .execute()
}

/** Approves a pending or blocked device; also gives an approved one a new secret, ending the old one. */
export async function approveDevice(
  trx: Trx,
  device: RosterDevice,
  now: number,
): Promise<DeviceOutcome & Partial<DeviceWithIssued>> {
  const next: RosterDevice = { ...device, state: 'approved' }
  await saveDevice(trx, next, now)
  const origin = await findOrigin(trx, device.community, device.id)
  if (origin?.adapter == null) return withCredential(trx, next, 'approved', now)
  const change = await recordChange(trx, { devices: { upsert: [next] } })
  await tellOfDevice(trx, next, 'approved', now)
  return { device: next, change }
}

/** Takes a device off the register with its credential; its history, and tickets about it, stay. */
export async function removeDevice(
  trx: Trx,
  device: RosterDevice,
  now: number,
): Promise<DeviceOutcome> {
  const { community, id } = device
  const username = usernameOf(community, id)
  await trx.deleteFrom('devices').where('community', '=', community).where('id', '=', id).execute()
  await revokeCredential(trx, username)
  const change = await recordChange(trx, {
    devices: { remove: [`${community}/${id}`] },
    credentials: { remove: [username] },
  })
  await tellOfDevice(trx, device, 'removed', now)
  return { device, change }
}

/** Blocks a device: its credential is gone, so it is out within seconds. */
export async function blockDevice(
  trx: Trx,
  device: RosterDevice,
  now: number,
): Promise<DeviceOutcome> {
  const next: RosterDevice = { ...device, state: 'blocked' }
  const username = usernameOf(device.community, device.id)
  await saveDevice(trx, next, now)
  await revokeCredential(trx, username)
  const change = await recordChange(trx, {
    devices: { upsert: [next] },
    credentials: { remove: [username] },
  })
  await tellOfDevice(trx, next, 'blocked', now)
  return { device: next, change }
}
