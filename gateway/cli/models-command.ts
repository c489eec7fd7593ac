import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readEnv } from '../../config/env.ts'
import {
  type ModelEntry,
  modelDirectories,
  type ResolvedModel,
  resolveModel,
  shippedModels,
} from '../../config/models.ts'
import { pullModel } from '../../config/pull-model.ts'
import { CodedError } from '../../contracts/errors.ts'
import { type Command, type CommandIo, UsageError } from './command.ts'

const usage = `linli models list [--json]               what Linli knows and what is here
linli models verify [--json]             exit 1 where a weight that is used by default is missing or refused
linli models pull [NAME...] [--from DIR] [--all]
                                         brings missing weights into $LINLI_HOME/models, from DIR or
                                         from their upstream addresses; by default those that are used`

/** Every entry of the shipped manifest, looked for where the gateway looks. */
export function findModels(
  { env, checkout }: Pick<CommandIo, 'env' | 'checkout'>,
  entries: readonly ModelEntry[] = shippedModels(),
): Promise<ResolvedModel[]> {
  const { models, home } = readEnv(env)
  const directories = modelDirectories({ explicit: models, home, checkout })
  return Promise.all(entries.map((entry) => resolveModel(entry, directories)))
}

const line = ({ entry, state, path, refused }: ResolvedModel): string => {
  const where = path ?? (refused.length > 0 ? refused.join(', ') : '')
  return `${state.padEnd(8)} ${entry.use.padEnd(8)} ${entry.task.padEnd(15)} ${entry.file}  ${where}`.trim()
}

const plain = ({ entry, state, path, refused }: ResolvedModel) => ({
  file: entry.file,
  task: entry.task,
  use: entry.use,
  state,
  sha256: entry.sha256,
  bytes: entry.bytes,
  licence: entry.licence,
  path,
  refused,
})

async function list(io: CommandIo, json: boolean, onlyDefault: boolean): Promise<number> {
  const entries = shippedModels().filter((entry) => !onlyDefault || entry.use === 'default')
  const found = await findModels(io, entries)
  if (json) io.print(JSON.stringify({ models: found.map(plain) }))
  else for (const model of found) io.print(line(model))
  const wrong = found.filter(({ entry, state }) => entry.use === 'default' && state !== 'found')
  if (onlyDefault && wrong.length > 0 && !json)
    io.print('→ npm run linli -- models pull [--from DIR]')
  return onlyDefault && wrong.length > 0 ? 1 : 0
}

async function pull(
  io: CommandIo,
  options: {
    readonly from: string | null
    readonly all: boolean
    readonly names: readonly string[]
  },
): Promise<number> {
  const known = shippedModels()
  const unknown = options.names.find((name) => known.every((entry) => entry.file !== name))
  if (unknown !== undefined) throw new UsageError(`unknown model ${JSON.stringify(unknown)}`)
  const wanted = known.filter((entry) =>
    options.names.length > 0
      ? options.names.includes(entry.file)
      : options.all || entry.use === 'default',
  )
  const to = join(readEnv(io.env).home, 'models')
  let failures = 0
  for (const { entry, state, path } of await findModels(io, wanted)) {
    if (state === 'found') {
      io.print(`have     ${entry.file}  ${path}`)
      continue
    }
    try {
      io.print(`pulled   ${entry.file}  ${await pullModel(entry, { from: options.from, to })}`)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      failures += 1
      io.print(`failed   ${entry.file}  [${error.code}] ${error.message}`)
    }
  }
  return failures === 0 ? 0 : 1
}

export const modelsCommand: Command = {
  name: 'models',
  summary: '模型清单、校验、下载 / weights: list, verify, pull',
  usage,
  run(args, io) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        all: { type: 'boolean', default: false },
        from: { type: 'string' },
      },
    })
    const [action, ...names] = positionals
    if (action === 'pull') return pull(io, { from: values.from ?? null, all: values.all, names })
    if ((action !== 'list' && action !== 'verify') || names.length > 0)
      throw new UsageError(
        `models: list, verify or pull, not ${JSON.stringify(positionals.join(' '))}`,
      )
    return list(io, values.json, action === 'verify')
  },
}
