import { createHash } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CodedError } from '../../contracts/errors.ts'
import { type FaceTemplate, openTemplate, sealTemplate } from './template-record.ts'

export interface TemplateStoreDeps {
  /** Made where it is missing, for its owner alone. */
  readonly folder: string
  /** 64 hexadecimal digits; never in the folder, nor in a database. */
  readonly keyHex: string
  readonly random: (bytes: number) => Uint8Array
}

export interface TemplateStore {
  /** Every record that can be opened; those that cannot are named and left where they are. */
  load(take: (template: FaceTemplate) => void): Promise<{ readonly damaged: readonly string[] }>
  /** Resolves once it is safe on disk. */
  write(template: FaceTemplate): Promise<void>
  /** Resolves once it is gone from disk; false where there was none. */
  remove(ids: readonly string[]): Promise<number>
}

const suffix = '.face'
/** Files read at once: some 10,000 small ones come in about a second. */
const readsAtOnce = 32
/** Three embeddings and their mean need 2.2 kB. */
const recordMaxBytes = 8_192

/** One encrypted file per template, named by the hash of its id. Never touches the disk on the main thread. */
export function createTemplateStore({ folder, keyHex, random }: TemplateStoreDeps): TemplateStore {
  if (!/^[0-9a-f]{64}$/i.test(keyHex))
    throw new CodedError('config.invalid', 'LINLI_FACE_KEY must have 64 hexadecimal digits')
  const key = Buffer.from(keyHex, 'hex')
  return {
    async load(take) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const names = await readdir(folder)
      await removeHalfWritten(folder, names)
      return loadAll(folder, key, names.filter((name) => name.endsWith(suffix)).sort(), take)
    },
    async write(template) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await writeWhole(folder, fileOf(template.id), sealTemplate(template, key, random))
    },
    async remove(ids) {
      let removed = 0
      for (const id of ids) {
        const gone = await rm(join(folder, fileOf(id))).then(
          () => true,
          (error: NodeJS.ErrnoException) => {
            if (error.code === 'ENOENT') return false
            throw error
          },
        )
        if (gone) removed += 1
      }
      if (removed > 0) await syncFolder(folder)
      return removed
    },
  }
}

/** Ids come from outside: their hash is a harmless name. */
const fileOf = (id: string): string => `${createHash('sha256').update(id).digest('hex')}${suffix}`

async function loadAll(
  folder: string,
  key: Buffer,
  names: readonly string[],
  take: (template: FaceTemplate) => void,
): Promise<{ damaged: string[] }> {
  const damaged: string[] = []
  for (let from = 0; from < names.length; from += readsAtOnce) {
    await Promise.all(
      names.slice(from, from + readsAtOnce).map(async (name) => {
        const record = await readFile(join(folder, name)).catch(() => null)
        const short = record !== null && record.length <= recordMaxBytes
        const template = short ? openTemplate(record, key) : null
        // A record under another's name is no record: somebody has moved files about.
        if (template !== null && fileOf(template.id) === name) take(template)
        else damaged.push(name)
      }),
    )
  }
  return { damaged: damaged.sort() }
}

async function removeHalfWritten(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) if (name.endsWith('.tmp')) await rm(join(folder, name), { force: true })
}

/** Under another name first, so that there is never half a record. */
async function writeWhole(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const draft = join(folder, `${name}.tmp`)
  const file = await open(draft, 'w', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, join(folder, name))
  await syncFolder(folder)
}

/** What was renamed or removed is so only once its folder is on disk. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
