import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import Type, { type Static } from 'typebox'
import { parseYaml } from './yaml.ts'

export const ModelEntry = Type.Object(
  {
    file: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$' }),
    task: Type.Enum([
      'faces',
      'objects',
      'face-embedding',
      'liveness',
      'plates',
      'plate-colour',
      'plate-text',
    ]),
    /** Which of several of one task: chosen by configuration, or each with its own part in the task. */
    variant: Type.Optional(
      Type.Enum(['nano', 'picodet', '320', '640', 'v2', 'v1se', 'main', 'second']),
    ),
    use: Type.Enum(['default', 'optional']),
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    bytes: Type.Integer({ minimum: 1, maximum: 256 * 1024 * 1024 }),
    licence: Type.String({ minLength: 1, maxLength: 500 }),
    /** Raw address at a commit; left out or null where the file exists nowhere as it is. */
    upstream: Type.Optional(Type.Union([Type.String({ pattern: '^https://' }), Type.Null()])),
    derived: Type.Optional(Type.String({ maxLength: 1_000 })),
  },
  { additionalProperties: false },
)
export type ModelEntry = Static<typeof ModelEntry>

const ModelManifest = Type.Object(
  { models: Type.Array(ModelEntry, { maxItems: 64 }) },
  { additionalProperties: false },
)

/** What was found for an entry. `bytes` are those that were hashed: nothing reads the file again. */
export interface ResolvedModel {
  readonly entry: ModelEntry
  readonly state: 'found' | 'missing' | 'refused'
  readonly path: string | null
  readonly bytes: Uint8Array | null
  /** Files of that name with another content, in the order in which they were met. */
  readonly refused: readonly string[]
}

/** The manifest from YAML text. Throws `config.invalid` with `source:line: what`. */
export const parseModels = (text: string, source: string): readonly ModelEntry[] =>
  parseYaml(ModelManifest, text, source).models

/** The shipped manifest: beside this file in the sources, two folders up from the built one. */
export function shippedModels(): readonly ModelEntry[] {
  const beside = fileURLToPath(new URL('./models.yaml', import.meta.url))
  const built = fileURLToPath(new URL('../../config/models.yaml', import.meta.url))
  const file = existsSync(beside) ? beside : built
  return parseModels(readFileSync(file, 'utf8'), 'config/models.yaml')
}

/**
 * Where weights are looked for, in the order of contract v1: `LINLI_MODELS`, `$LINLI_HOME/models`,
 * `../shared/models` beside the checkout. The upstream address is asked only by `models pull`.
 */
export function modelDirectories(places: {
  readonly explicit: string | null
  readonly home: string
  readonly checkout: string
}): readonly string[] {
  const { explicit, home, checkout } = places
  return [
    ...(explicit === null ? [] : [resolve(explicit)]),
    resolve(home, 'models'),
    resolve(checkout, '../shared/models'),
  ]
}

export const sha256Of = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex')

/** The first file in `directories` that has the entry's name, size and sha256. */
export async function resolveModel(
  entry: ModelEntry,
  directories: readonly string[],
): Promise<ResolvedModel> {
  const refused: string[] = []
  for (const directory of directories) {
    const path = join(directory, entry.file)
    const info = await stat(path).catch(() => null)
    if (info === null || !info.isFile()) continue
    const bytes = info.size === entry.bytes ? await readFile(path).catch(() => null) : null
    if (bytes !== null && sha256Of(bytes) === entry.sha256)
      return { entry, state: 'found', path, bytes, refused }
    refused.push(path)
  }
  const state = refused.length > 0 ? 'refused' : 'missing'
  return { entry, state, path: null, bytes: null, refused }
}

/** What a gateway is to be able to do: `detectors` of the configuration. */
export interface WantedAbilities {
  readonly objects: boolean
  readonly faces: boolean
  readonly recognition: boolean
  readonly plates: boolean
  readonly objectModel: 'nano' | 'picodet'
  readonly plateModel: '320' | '640'
}

/**
 * The entries that a gateway with these abilities asks for. Faces are found for recognition too, and a
 * plate detector chosen by configuration takes the place of the default one.
 */
export function wantedModels(
  entries: readonly ModelEntry[],
  abilities: WantedAbilities,
): readonly ModelEntry[] {
  const { objects, faces, recognition, plates, objectModel, plateModel } = abilities
  return entries.filter((entry) => {
    switch (entry.task) {
      case 'faces':
        return (faces || recognition) && entry.use === 'default'
      case 'objects':
        return objects && entry.variant === objectModel
      case 'face-embedding':
      case 'liveness':
        return recognition && entry.use === 'default'
      case 'plates':
        return plates && entry.variant === plateModel
      case 'plate-colour':
      case 'plate-text':
        return plates && entry.use === 'default'
    }
  })
}

/** Each entry with what was found for it. */
export const resolveModels = (
  entries: readonly ModelEntry[],
  directories: readonly string[],
): Promise<ResolvedModel[]> => Promise.all(entries.map((entry) => resolveModel(entry, directories)))

/** All entries that the gateway asks for by itself, where nothing is configured. */
export const resolveDefaultModels = (
  entries: readonly ModelEntry[],
  directories: readonly string[],
): Promise<ResolvedModel[]> =>
  resolveModels(
    entries.filter((entry) => entry.use === 'default'),
    directories,
  )
