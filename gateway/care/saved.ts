import { createHome, type Home } from './home.ts'
import { createPerson, type Person } from './person.ts'
import { createSource, type Rhythm, type Sample, type Source } from './source.ts'

/** Rows as they stand in the state table. Written by ourselves, so trusted. */
export const prefixes = {
  source: 'care/source/',
  ledger: 'care/ledger/',
  home: 'care/home/',
  person: 'care/resident/',
  meta: 'care/meta',
} as const

type Plain =
  | 'intervalMs'
  | 'cadence'
  | 'clock'
  | 'last'
  | 'arrival'
  | 'holes'
  | 'open'
  | 'flap'
  | 'sick'
  | 'run'
  | 'lastWhat'
  | 'forgotten'
type SavedSource = Pick<Source, Plain> & {
  readonly able: readonly string[]
  readonly values: readonly (readonly [string, Sample])[]
  /** Left out in rows from before. */
  readonly rhythms?: readonly (readonly [string, Rhythm])[]
  readonly past: {
    readonly at: number
    readonly values: readonly (readonly [string, Sample])[]
  } | null
}
type SavedLedger = Pick<Source, 'ledger' | 'signs' | 'water'>

export const sourceKey = (source: Source): string => `${source.community}/${source.device}`

export function saveSource(source: Source): string {
  const { community: _, device: __, ledger: ___, signs: ____, water: _____, ...plain } = source
  const { able, values, past, rhythms } = source
  const saved: SavedSource = {
    ...plain,
    able: [...able],
    values: [...values],
    rhythms: [...rhythms],
    past: past === null ? null : { at: past.at, values: [...past.values] },
  }
  return JSON.stringify(saved)
}

export function loadSource(key: string, value: string): Source {
  const [community = '', device = ''] = key.slice(prefixes.source.length).split('/')
  const { able, values, past, rhythms = [], ...plain } = JSON.parse(value) as SavedSource
  const source = Object.assign(createSource(community, device), plain)
  for (const name of able) source.able.add(name)
  for (const [name, sample] of values) source.values.set(name, sample)
  for (const [name, rhythm] of rhythms) source.rhythms.set(name, rhythm)
  source.past = past === null ? null : { at: past.at, values: new Map(past.values) }
  return source
}

/** Apart from the rest, because it changes seldom and is long. */
export const saveLedger = ({ ledger, signs, water }: Source): string =>
  JSON.stringify({ ledger, signs, water } satisfies SavedLedger)

export const loadLedger = (source: Source, value: string): void => {
  Object.assign(source, JSON.parse(value) as SavedLedger)
}

export const saveHome = (home: Home): string => JSON.stringify(home)
export const loadHome = (value: string): Home => {
  const saved = JSON.parse(value) as Home
  return Object.assign(createHome(saved.id), saved)
}

type SavedPerson = Omit<Person, 'id' | 'key' | 'returned'> & {
  readonly returned: readonly (readonly [string, number])[]
}

export function savePerson(person: Person): string {
  const { id: _, key: __, returned, ...plain } = person
  return JSON.stringify({ ...plain, returned: [...returned] } satisfies SavedPerson)
}

export function loadPerson(value: string): Person {
  const { returned, ...plain } = JSON.parse(value) as SavedPerson
  const person = Object.assign(createPerson(plain.resident, plain.knownAt), plain)
  for (const [id, at] of returned) person.returned.set(id, at)
  return person
}
