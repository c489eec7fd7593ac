import { shippedModels } from '../../../config/models.ts'
import { errorTable } from '../../../contracts/errors.ts'
import type { CommandIo } from '../command.ts'
import { findModels } from '../models-command.ts'
import { type Check, ok, problem } from './check.ts'

/** The weights that the gateway asks for by itself. */
export async function checkModels(io: Pick<CommandIo, 'env' | 'checkout'>): Promise<Check[]> {
  const entries = shippedModels().filter((entry) => entry.use === 'default')
  const command = 'npm run linli -- models pull [--from DIR]'
  return (await findModels(io, entries)).map(({ entry, state, path, refused }) => {
    const name = `model ${entry.file}`
    if (state === 'found') return ok(name, path ?? '')
    const { title } = errorTable[state === 'missing' ? 'model.missing' : 'model.refused']
    return problem(name, [`${title.zh} / ${title.en}`, ...refused].join(' '), command)
  })
}
