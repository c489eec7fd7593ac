import type { NotifyChannel, NotifySettings } from '../../config/notify-schema.ts'
import { type Severity, severities } from '../../contracts/anomaly.ts'
import { type Language, deviceChannel, noChannel, screenChannel } from '../../contracts/notify.ts'
import type { Trx } from '../db/open.ts'
import { fromJson } from '../db/json.ts'
import { onDuty } from './duty.ts'
import type { WallTime } from './wall-clock.ts'

export type Recipient =
  | { readonly kind: 'user'; readonly id: string }
  | {
      readonly kind: 'contact'
      readonly id: string
      readonly name: string
      readonly phone?: string | null
      readonly email?: string | null
      readonly language?: Language
    }
  /** Everybody who works in a unit. */
  | { readonly kind: 'unit'; readonly id: string }
  /** A configured channel (a robot, a webhook) or a configured group, by its name. */
  | { readonly kind: 'group'; readonly channel: string }
  /** A siren or loudspeaker of the request's community. */
  | { readonly kind: 'device'; readonly id: string }

/** One way to one person. */
export interface Route {
  readonly person: string
  readonly personName: string
  readonly channel: string
  readonly address: string | null
  readonly language: Language
  /** Why nothing goes out this way; null where it does. */
  readonly blocked: string | null
  /** Of a relief: the alarm that it answers. */
  readonly answers?: string
}

export interface RouteContext {
  readonly settings: NotifySettings
  readonly community: string
  readonly severity: Severity
  readonly wall: () => WallTime
}

/** The ways to all recipients, each once. Whom nothing leads to has a way that says so. */
export async function routesOf(
  trx: Trx,
  to: readonly Recipient[],
  context: RouteContext,
): Promise<readonly Route[]> {
  const routes: Route[] = []
  const users = new Set<string>()
  const names = new Set<string>()
  for (const recipient of to) {
    switch (recipient.kind) {
      case 'user':
        users.add(recipient.id)
        break
      case 'unit':
        for (const id of await usersOfUnit(trx, recipient.id, context.community)) users.add(id)
        break
      case 'contact':
        routes.push(...contactRoutes(recipient, context.settings))
        break
      case 'group':
        routes.push(...groupRoutes(recipient.channel, context, names))
        break
      case 'device':
        routes.push(deviceRoute(recipient.id, context))
        break
    }
  }
  if (names.size > 0) {
    const found = await trx
      .selectFrom('users')
      .select('id')
      .where('username', 'in', [...names])
      .execute()
    for (const { id } of found) users.add(id)
  }
  routes.push(...(await userRoutes(trx, [...users], context)))
  const once = new Map(routes.map((route) => [`${route.person}|${route.channel}`, route]))
  return [...once.values()]
}

async function usersOfUnit(trx: Trx, unit: string, community: string): Promise<string[]> {
  const rows = await trx
    .selectFrom('users')
    .select(['id', 'areas'])
    .where('unit', '=', unit)
    .where('disabled', '=', 0)
    .execute()
  return rows
    .filter(({ areas }) => (fromJson(areas) as string[]).includes(community))
    .map(({ id }) => id)
}

async function userRoutes(
  trx: Trx,
  ids: readonly string[],
  { settings, severity }: RouteContext,
): Promise<Route[]> {
  if (ids.length === 0) return []
  const rows = await trx
    .selectFrom('users')
    .leftJoin('notify_preferences', 'notify_preferences.user_id', 'users.id')
    .select(['users.id', 'users.name', 'language', 'phone', 'email', 'channels'])
    .where('users.id', 'in', [...ids])
    .where('users.disabled', '=', 0)
    .execute()
  // In the order in which they were named.
  const inOrder = ids.flatMap((id) => rows.find((row) => row.id === id) ?? [])
  return inOrder.flatMap((row) => {
    const wanted =
      row.channels === null ? {} : (fromJson(row.channels) as Readonly<Record<string, Severity>>)
    const base = {
      person: `user:${row.id}`,
      personName: row.name,
      language: (row.language ?? settings.language) as Language,
    }
    // The screen is where everything is found again: it cannot be turned off, only kept quiet.
    const routes: Route[] = [{ ...base, channel: screenChannel, address: null, blocked: null }]
    for (const [name, least] of Object.entries(wanted)) {
      const channel = settings.channels.find((one) => one.name === name)
      if (channel === undefined || !reaches(severity, least)) continue
      routes.push({ ...base, ...addressed(channel, row) })
    }
    return routes
  })
}

/** Severities are listed from the worst on. */
const reaches = (severity: Severity, least: Severity): boolean =>
  severities.indexOf(severity) <= severities.indexOf(least)

interface Reachable {
  readonly phone?: string | null | undefined
  readonly email?: string | null | undefined
}

function addressed(
  channel: NotifyChannel,
  who: Reachable,
): Pick<Route, 'channel' | 'address' | 'blocked'> {
  if (channel.kind !== 'sms' && channel.kind !== 'email')
    return { channel: channel.name, address: null, blocked: null }
  const address = (channel.kind === 'sms' ? who.phone : who.email) ?? null
  return { channel: channel.name, address, blocked: address === null ? 'no-address' : null }
}

/** A relative is reached by message and by mail, as far as both sides have them. */
function contactRoutes(
  contact: Extract<Recipient, { kind: 'contact' }>,
  settings: NotifySettings,
): Route[] {
  const base = {
    person: `contact:${contact.id}`,
    personName: contact.name,
    language: contact.language ?? settings.language,
  }
  const ways = (['sms', 'email'] as const)
    .flatMap((kind) => settings.channels.find((channel) => channel.kind === kind) ?? [])
    .map((channel) => addressed(channel, contact))
    .filter(({ blocked }) => blocked === null)
  if (ways.length > 0) return ways.map((way) => ({ ...base, ...way }))
  return [{ ...base, channel: noChannel, address: null, blocked: 'no-channel' }]
}

function groupRoutes(name: string, context: RouteContext, names: Set<string>): Route[] {
  const { settings, wall } = context
  const group = settings.groups.find((one) => one.name === name)
  if (group === undefined) return [channelRoute(name, settings)]
  for (const user of onDuty(group, wall())) names.add(user)
  return group.channels.map((channel) => channelRoute(channel, settings))
}

function channelRoute(name: string, settings: NotifySettings): Route {
  const channel = settings.channels.find((one) => one.name === name)
  const person = { person: `group:${name}`, personName: name, language: settings.language }
  if (channel === undefined)
    return { ...person, channel: noChannel, address: null, blocked: 'no-channel' }
  return { ...person, ...addressed(channel, {}) }
}

const deviceRoute = (id: string, { community, settings }: RouteContext): Route => ({
  person: `device:${community}/${id}`,
  personName: id,
  channel: deviceChannel,
  address: id,
  language: settings.language,
  blocked: null,
})
