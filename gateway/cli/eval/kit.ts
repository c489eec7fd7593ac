import { modelDirectories, resolveModel, sha256Of, shippedModels } from '../../../config/models.ts'
import { readEnv } from '../../../config/env.ts'
import { CodedError } from '../../../contracts/errors.ts'
import type { CommandIo } from '../command.ts'
import type { LookCache } from './look-cache.ts'
import { decodePicture, readPicture } from './picture.ts'
import { createProgress, type ProgressSink } from './progress.ts'
import type { EvalKit, EvalModel, Looked, LookOptions, Picture } from './task.ts'

/** Pictures in work at a time: the next is decoded while one is looked at. */
const atOnce = 2

/** Raised whenever a detector would see the same picture otherwise than before: what was kept is then void. */
const lookVersion = 2

export interface KitParts {
  readonly io: Pick<CommandIo, 'env' | 'checkout'>
  readonly name: string
  readonly cache: LookCache
  readonly progress: ProgressSink
  /** Every weight that was asked for, for the report. */
  readonly used: EvalModel[]
}

export function createKit(parts: KitParts): EvalKit {
  return {
    async model(file) {
      const { model, passedOver } = await findModel(parts.io, file)
      // Not what somebody put there on purpose, so it is said (and not on stdout).
      for (const path of passedOver)
        parts.progress.write(`${path}: sha256 differs from config/models.yaml, not used\n`)
      parts.used.push(model)
      return model
    },
    each: (pictures, options, look) => lookAtEach(parts, pictures, options, look),
  }
}

async function findModel(
  { env, checkout }: KitParts['io'],
  file: string,
): Promise<{ readonly model: EvalModel; readonly passedOver: readonly string[] }> {
  const entry = shippedModels().find((one) => one.file === file)
  if (entry === undefined)
    throw new CodedError('model.missing', `${file} is not in config/models.yaml`)
  const { models, home } = readEnv(env)
  const directories = modelDirectories({ explicit: models, home, checkout })
  const { state, bytes, refused } = await resolveModel(entry, directories)
  if (state === 'refused') throw new CodedError('model.refused', refused.join(', '))
  if (bytes === null)
    throw new CodedError('model.missing', `${file} in none of ${directories.join(', ')}`)
  return { model: { file, sha256: entry.sha256, bytes }, passedOver: refused }
}

async function lookAtEach<R>(
  parts: KitParts,
  pictures: readonly Picture[],
  options: LookOptions,
  look: Parameters<EvalKit['each']>[2],
): Promise<ReadonlyMap<string, Looked<R>>> {
  const known = JSON.stringify([
    lookVersion,
    options.settings,
    options.longSideMaxPx ?? null,
    ...options.models.map((model) => model.sha256),
  ])
  const paths = [...new Set(pictures.map(({ path }) => path))]
  const progress = createProgress(parts.progress, parts.name, paths.length)
  const seen = new Map<string, Looked<R>>()
  let next = 0
  const work = async (): Promise<void> => {
    for (let i = next++; i < paths.length; i = next++) {
      const path = paths[i] as string
      seen.set(path, (await lookAt(parts.cache, path, known, options, look)) as Looked<R>)
      progress.at(seen.size)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return seen
}

/** Coded failures are answers (`frame.damaged` is one); anything else is a fault and goes up. */
async function lookAt(
  cache: LookCache,
  path: string,
  known: string,
  { longSideMaxPx }: LookOptions,
  look: Parameters<EvalKit['each']>[2],
): Promise<Looked<unknown>> {
  const bytes = await readPicture(path).catch((error: NodeJS.ErrnoException) => error)
  if (!Buffer.isBuffer(bytes))
    return { ok: false, why: bytes.code === 'ENOENT' ? 'missing' : (bytes.code ?? bytes.message) }
  const key = sha256Of(Buffer.from(`${sha256Of(bytes)} ${known}`))
  const kept = cache.get(key)
  if (kept !== undefined) return kept as Looked<unknown>
  let looked: Looked<unknown>
  try {
    looked = { ok: true, value: await look(await decodePicture(bytes, longSideMaxPx)) }
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    looked = { ok: false, why: error.code }
  }
  cache.put(key, looked)
  return looked
}
