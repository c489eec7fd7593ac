import { Value } from 'typebox/value'
import { DeviceGone, DeviceSeen, type GatewayEvent } from '../../contracts/events.ts'
import type { DeviceOrigin } from '../../contracts/http/devices.ts'
import { isSlug } from '../../contracts/ids.ts'
import type { DeviceInfo } from '../../contracts/payloads.ts'
import type { RosterChange, RosterDevice } from '../../contracts/roster.ts'
import type { Trx } from '../db/open.ts'
import { recordChange } from '../roster/change.ts'
import { findDevice, findOrigin, insertDevice, saveDevice, tellOfDevice } from './devices.ts'
import { type DeviceRules, settingsOf } from './settings.ts'
import { adopt, viaSaid } from './via.ts'

/** What an announcement came to: a change of the roster, nothing to change, or no for an answer. */
export type Noted = { readonly change: RosterChange } | 'unchanged' | 'refused'

/** Strangers that may wait for approval in one community; more are turned away and counted. */
const pendingMax = 500

/**
 * A device said what it is. A stranger is put down as pending; one that waits is as it describes itself by
 * now; an approved one that an adapter brought in follows its bridge's name until a person names it. What
 * it hangs on is as it says while no person has said otherwise.
 * Refused where it is not named as a device can be, says nothing that can be read, or too many wait.
 */
export async function noteSeen(
  trx: Trx,
  event: GatewayEvent,
  rules: DeviceRules,
  now: number,
): Promise<Noted> {
  const { community, device: id, data } = event
  if (!isSlug(community) || !isSlug(id) || !Value.Check(DeviceSeen, data)) return 'refused'
  const { info } = data
  const known = await findDevice(trx, community, id)
  if (known !== null && info === null) return 'unchanged'
  if (known === null && (await countPending(trx, community)) >= pendingMax) return 'refused'
  const origin = info === null ? null : originOfInfo(info)
  if (known !== null && known.state !== 'pending') {
    if (origin?.adapter != null) return renamed(trx, known, origin, now)
    // What it can is its own to say; its name and place were given by people.
    if (origin !== null) await saveDevice(trx, known, now, origin)
    return 'unchanged'
  }
  const said = pendingDevice(community, id, info ?? {}, rules)
  const device = { ...said, via: await viaSaid(trx, said, info?.via ?? null) }
  if (known !== null) {
    await saveDevice(trx, device, now, origin)
    return changed(trx, device, 'seen', now)
  }
  await insertDevice(trx, device, now, origin)
  return changed(trx, device, 'seen', now, await adopt(trx, device))
}

/** The bridge removed it. A stranger vanishes; what somebody approved stays until somebody removes it. */
export async function noteGone(trx: Trx, event: GatewayEvent, now: number): Promise<Noted> {
  const { community, device: id, data } = event
  if (!Value.Check(DeviceGone, data)) return 'refused'
  const known = await findDevice(trx, community, id)
  if (known === null) return 'unchanged'
  if (known.state === 'pending') {
    await trx
      .deleteFrom('devices')
      .where('community', '=', community)
      .where('id', '=', id)
      .execute()
    const change = await recordChange(trx, { devices: { remove: [`${community}/${id}`] } })
    await tellOfDevice(trx, known, 'removed', now)
    return { change }
  }
  const origin = await findOrigin(trx, community, id)
  if (origin === null) return 'unchanged'
  await saveDevice(trx, known, now, { ...origin, gone: data.reason })
  return changed(trx, { ...known, announced: false }, 'gone', now)
}

/** Of an approved one: its name and what it hangs on may have changed at its bridge. */
async function renamed(
  trx: Trx,
  known: RosterDevice,
  origin: DeviceOrigin,
  now: number,
): Promise<Noted> {
  const { announced: _announced, ...device } = known
  const before = await findOrigin(trx, known.community, known.id)
  const follows = known.name === known.id || known.name === before?.name
  const name = follows && origin.name !== null ? origin.name : known.name
  const next = { ...device, name, via: await viaSaid(trx, known, origin.via ?? null) }
  await saveDevice(trx, next, now, origin)
  const same = next.name === known.name && next.via === (known.via ?? null)
  if (same && known.announced !== false) return 'unchanged'
  return changed(trx, next, 'changed', now)
}

async function changed(
  trx: Trx,
  device: RosterDevice,
  word: string,
  now: number,
  others: readonly RosterDevice[] = [],
): Promise<Noted> {
  const change = await recordChange(trx, { devices: { upsert: [device, ...others] } })
  await tellOfDevice(trx, device, word, now)
  return { change }
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

const originOfInfo = (info: DeviceInfo): DeviceOrigin => ({
  adapter: info.adapter ?? null,
  name: info.name === undefined || info.name === '' ? null : info.name,
  model: info.model ?? null,
  manufacturer: info.manufacturer ?? null,
  capabilities: [...(info.capabilities ?? [])],
  entities: [...(info.entities ?? [])],
  via: info.via ?? null,
  gone: null,
})

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
