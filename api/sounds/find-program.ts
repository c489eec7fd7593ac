import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'

/** Where a program stands that may be run; null where it does not. */
export async function findProgram(name: string, searchPath: string): Promise<string | null> {
  const places = isAbsolute(name)
    ? [name]
    : searchPath
        .split(delimiter)
        .filter((folder) => isAbsolute(folder))
        .map((folder) => join(folder, name))
  for (const place of places) if (await mayRun(place)) return place
  return null
}

async function mayRun(place: string): Promise<boolean> {
  try {
    await access(place, constants.X_OK)
    return (await stat(place)).isFile()
  } catch {
    return false
  }
}
