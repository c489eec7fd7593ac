import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { CarePlansFile } from '../contracts/care-plan.ts'
import { CodedError } from '../contracts/errors.ts'
import { parseLocated } from './yaml.ts'

export const shippedCarePlansPath = (): string =>
  fileURLToPath(
    new URL(
      import.meta.url.includes('/dist/config/')
        ? '../../config/care-plans.yaml'
        : './care-plans.yaml',
      import.meta.url,
    ),
  )

/** Levels of care and the checklist of visits. Throws `config.invalid` with line numbers. */
export function loadCarePlans(text: string, source = 'care-plans.yaml'): CarePlansFile {
  const located = parseLocated(CarePlansFile, text, source)
  for (const section of ['levels', 'form'] as const) {
    const seen = new Set<string>()
    for (const [i, { id }] of located.value[section].entries()) {
      if (seen.has(id)) throw located.refuse(`/${section}/${i}/id`, `${id} stands twice`)
      seen.add(id)
    }
  }
  return located.value
}

export function readCarePlans(file: string): CarePlansFile {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CodedError('config.invalid', `care plans: ${reason}`)
  }
  return loadCarePlans(text, file)
}
