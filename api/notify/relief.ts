import { deviceChannel, type Language } from '../../contracts/notify.ts'
import type { Trx } from '../db/open.ts'
import type { Route } from './recipient.ts'

/** States of an alarm that reached somebody, or may still. */
const alarmed = ['queued', 'ready', 'digested', 'sent', 'delivered', 'acknowledged'] as const

/**
 * The ways that an incident's alarms took: whoever was alarmed hears that it is over, and nobody else.
 * An alarm that is still on its way is answered only once it has arrived; the sender looks.
 */
export async function reliefRoutes(trx: Trx, incident: string): Promise<readonly Route[]> {
  const rows = await trx
    .selectFrom('notifications')
    .select(['id', 'seq', 'person', 'person_name', 'channel', 'address', 'language', 'sent_at'])
    .where('incident', '=', incident)
    .where('kind', 'in', ['alarm', 'reminder'])
    .where('state', 'in', [...alarmed])
    // A siren has nothing to say to good news.
    .where('channel', '!=', deviceChannel)
    .orderBy('seq')
    .execute()
  const told = await toldUpTo(trx, incident)
  const ways = new Map<string, Route & { readonly sent: boolean }>()
  for (const row of rows) {
    if (row.seq < (told.get(`${row.person}|${row.channel}`) ?? 0)) continue
    const way = `${row.person}|${row.channel}`
    const sent = row.sent_at !== null
    if (ways.get(way)?.sent === true || (ways.has(way) && !sent)) continue
    ways.set(way, {
      person: row.person,
      personName: row.person_name,
      channel: row.channel,
      address: row.address,
      language: row.language as Language,
      blocked: null,
      answers: row.id,
      sent,
    })
  }
  return [...ways.values()]
}

/** Of each way the last relief: what was alarmed before it has been answered. */
async function toldUpTo(trx: Trx, incident: string): Promise<ReadonlyMap<string, number>> {
  const rows = await trx
    .selectFrom('notifications')
    .select(({ fn }) => ['person', 'channel', fn.max('seq').as('last')])
    .where('incident', '=', incident)
    .where('kind', '=', 'relief')
    .groupBy(['person', 'channel'])
    .execute()
  return new Map(rows.map(({ person, channel, last }) => [`${person}|${channel}`, last]))
}
