import { readdir } from 'node:fs/promises'
import { CodedError } from '../../../contracts/errors.ts'
import { UsageError } from '../command.ts'
import type { EvalValues } from './task.ts'

/** An option that is a part of one. @throws UsageError */
export function readPart(values: EvalValues, name: string): number {
  const part = Number(values[name])
  if (!(part >= 0 && part <= 1)) throw new UsageError(`--${name} must lie in 0..1`)
  return part
}

/** An option that names a folder or file. @throws UsageError */
export function readPath(values: EvalValues, name: string, usage: string): string {
  const path = values[name]
  if (typeof path !== 'string' || path === '') throw new UsageError(`${usage} is needed`)
  return path
}

const pictureName = /\.(jpe?g|png|webp|bmp|tiff?)$/i
export const isPicture = (name: string): boolean => pictureName.test(name)

/** Names in a folder, sorted, so that every run sees the same order. @throws CodedError eval.input */
export async function listFolder(folder: string) {
  const entries = await readdir(folder, { withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      throw new CodedError('eval.input', `${folder}: ${error.code ?? error.message}`)
    },
  )
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
