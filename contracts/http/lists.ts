import Type from 'typebox'
import { limits } from '../limits.ts'
import { severities } from '../anomaly.ts'
import { Slug } from '../ids.ts'
import { ticketStatuses } from '../ticket.ts'

/** What every list takes. */
export const PageQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: limits.listMax, default: 50 })),
  cursor: Type.Optional(Type.String({ maxLength: 512, description: '`next` of the page before' })),
})

/** A list that is short enough to come whole where no `limit` is asked for. */
export const ShortPageQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: limits.listMax })),
  cursor: PageQuery.properties.cursor,
})

export const CommunityQuery = Type.Object({
  community: Type.Optional(Slug),
})

/** `GET /tickets`; `status`, `severity` and `category` take several, separated by commas. */
export const TicketQuery = Type.Object({
  ...PageQuery.properties,
  ...CommunityQuery.properties,
  status: Type.Optional(
    Type.String({ pattern: `^(${ticketStatuses.join('|')})(,(${ticketStatuses.join('|')}))*$` }),
  ),
  severity: Type.Optional(
    Type.String({ pattern: `^(${severities.join('|')})(,(${severities.join('|')}))*$` }),
  ),
  category: Type.Optional(Type.String({ maxLength: 256 })),
  source: Type.Optional(
    Type.String({ maxLength: 32, description: 'kind of source: `machine`, …' }),
  ),
  assignee: Type.Optional(Type.String({ maxLength: 64, description: 'user id, or `me`' })),
  q: Type.Optional(Type.String({ maxLength: 200, description: 'words in title, place, number' })),
  open: Type.Optional(
    Type.Boolean({ description: 'true: neither closed, rejected nor withdrawn' }),
  ),
})
