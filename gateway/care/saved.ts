import type { Home } from './home.ts'
import type { Person } from './person.ts'
import { createPerson } from './person.ts'
import { createSource, type Sample, type Source } from './source.ts'

/** Rows as they stand in the state table. Written by ourselves, so trusted. */
export const prefixes = {
  source: 'care/source/',
  ledger: 'care/ledger/',
  home: 'care/home/',
  person: 'care/resident/',
  meta: 'care/meta',
} as const

type SavedSource = Pick<
  Source,
  'intervalMs' | 'clock' | 'last' | 'arrival' | 'holes' | 'open' | 'lastWhat' | 'forgotten'
> & {
  readonly able: readonly string[]
  readonly values: readonly (readonly [string, Sample])[]
  readonly past: {
    readonly at: number
    readonly values: readonly (readonly [string, Sample])[]
  } | null
}
type SavedLedger = Pick<Source, 'ledger' | 'signs'>

export const sourceKey = (source: Source): string => `${source.community}/${source.device}`

export function saveSource(source: Source): string {
  const { intervalMs, clock, last, arrival, holes, open, lastWhat, forgotten, able, values, past } =
    source
  const saved: SavedSource = {
    intervalMs,
    clock,
    last,
    arrival,
    holes,
    open,
    lastWhat,
    forgotten,
    able: [...able],
    values: [...values],
    past: past === null ? null : { at: past.at, values: [...past.values] },
  }
  return JSON.stringify(saved)
}

export function loadSource(key: string, value: string): Source {
  const [community = '', device = ''] = key.slice(prefixes.source.length).split('/')
  const { able, values, past, ...plain } = JSON.parse(value) as SavedSource
  const source = Object.assign(createSource(community, device), plain)
  for (const name of able) source.able.add(name)
  for (const [name, sample] of values) source.values.set(name, sample)
  source.past = past === null ? null : { at: past.at, values: new Map(past.values) }
  return source
}

/** Apart from the rest, because it changes seldom and is long. */
export const saveLedger = ({ ledger, signs }: Source): string =>
  JSON.stringify({ ledger, signs } satisfies SavedLedger)

export const loadLedger = (source: Source, value: string): void => {
  Object.assign(source, JSON.parse(value) as SavedLedger)
}

export const saveHome = (home: Home): string => JSON.stringify(home)
export const loadHome = (value: string): Home => JSON.parse(value) as Home

type SavedPerson = Pick<
  Person,
  'resident' | 'knownAt' | 'own' | 'signs' | 'unseenAt' | 'cannotTellAt' | 'dueAt'
> & { readonly returned: readonly (readonly [string, number])[] }

export function savePerson(person: Person): string {
  const { resident, knownAt, own, signs, returned, unseenAt, cannotTellAt, dueAt } = person
  const saved: SavedPerson = {
    resident,
    knownAt,
    own,
    signs,
    returned: [...returned],
    unseenAt,
    cannotTellAt,
    dueAt,
  }
  return JSON.stringify(saved)
}

export function loadPerson(value: string): Person {
  const { returned, resident, ...plain } = JSON.parse(value) as SavedPerson
  const person = Object.assign(createPerson(resident, plain.knownAt), plain)
  for (const [id, at] of returned) person.returned.set(id, at)
  return person
}
