import { readdir } from 'node:fs/promises'
import { CodedError } from '../../../contracts/errors.ts'
import { UsageError } from '../command.ts'
import type { EvalValues } from './task.ts'

/** An option that is a part of one. @throws UsageError */
export function readPart(values: EvalValues, name: string): number {
  const text = values[name]
  const part = typeof text === 'string' && text.trim() !== '' ? Number(text) : Number.NaN
  if (!(part >= 0 && part <= 1)) throw new UsageError(`--${name} must lie in 0..1`)
  return part
}

/** An option that names a folder or file. @throws UsageError */
export function readPath(values: EvalValues, name: string, usage: string): string {
  const path = values[name]
  if (typeof path !== 'string' || path === '') throw new UsageError(`${usage} is needed`)
  return path
}

const pictureName = /\.(jpe?g|png|webp|gif|bmp|tiff?)$/i
/** Not what a file manager leaves behind (`._a.jpg`). */
export const isPicture = (name: string): boolean => pictureName.test(name) && !name.startsWith('.')

/** Names in a folder, sorted, so that every run sees the same order. @throws CodedError eval.input */
export async function listFolder(folder: string) {
  const entries = await readdir(folder, { withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      throw new CodedError('eval.input', `${folder}: ${error.code ?? error.message}`)
    },
  )
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
