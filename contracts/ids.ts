import Type, { type Static } from 'typebox'

/** Community and device ids as they stand in an MQTT topic. */
export const slugPattern = '^[a-z0-9][a-z0-9-]{0,63}$'
const slug = new RegExp(slugPattern)

export const Slug = Type.String({ pattern: slugPattern, description: 'a-z, 0-9 and -, at most 64' })
export type Slug = Static<typeof Slug>

export const isSlug = (text: string): boolean => slug.test(text)

/** Record prefixes: an id says what it names. */
export const idPrefixes = {
  ticket: 'tkt',
  anomaly: 'ano',
  resident: 'res',
  household: 'hh',
  user: 'usr',
  event: 'evt',
  session: 'ses',
  credential: 'crd',
  apiKey: 'key',
  unit: 'unit',
  consent: 'cns',
  face: 'fac',
  vehicle: 'veh',
  visitor: 'vis',
  watched: 'wat',
  notification: 'ntf',
  broadcast: 'brc',
  clip: 'clp',
  mode: 'mod',
  ladder: 'lad',
  contact: 'con',
  post: 'pst',
  duty: 'dty',
  dispute: 'dsp',
} as const
export type IdKind = keyof typeof idPrefixes

/** `tkt_01hx…`: prefix, 9 base-36 digits of the time in ms, 16 hex digits of chance; sorts by time. */
export function newId(kind: IdKind, nowMs: number, random: (bytes: number) => Uint8Array): string {
  const time = Math.max(0, Math.floor(nowMs)).toString(36).padStart(9, '0')
  return `${idPrefixes[kind]}_${time}${Buffer.from(random(8)).toString('hex')}`
}

export const Id = Type.String({ minLength: 1, maxLength: 128, pattern: '^[A-Za-z0-9_.:-]+$' })
