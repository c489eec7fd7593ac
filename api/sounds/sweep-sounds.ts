import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../contracts/clock.ts'
import type { Db } from '../db/open.ts'
import { unneeded } from './sound-rows.ts'

export interface SoundSweep {
  /** Sounds that nobody needed any more. */
  readonly sounds: number
  readonly bytes: number
  /** Files that no row names, and what a stopped job left behind. */
  readonly files: number
}

/** Sounds that one sweep removes at most; the next one goes on. */
const sweepMax = 500

export const soundFile = (dir: string, sha256: string): string =>
  join(dir, sha256.slice(0, 2), `${sha256}.mp3`)

interface SweepPlan {
  readonly dir: string
  readonly workDir: string
  readonly graceMs: number
  readonly speechMs: number
  /** Also looks for files that no row names: through all folders, so not every minute. */
  readonly strays: boolean
}

/** Removes what is past its time. */
export async function sweepSounds(
  { db, clock }: { readonly db: Db; readonly clock: Clock },
  { dir, workDir, graceMs, speechMs, strays }: SweepPlan,
): Promise<SoundSweep> {
  const now = clock()
  const before = now - graceMs
  const gone = await unneeded(db, { speech: now - speechMs, other: before }, sweepMax)
  let bytes = 0
  for (const sha256 of gone) bytes += await removeSound(db, dir, sha256)
  const files = strays
    ? (await removeStrays(db, dir, before)) + (await emptyOld(workDir, before))
    : 0
  return { sounds: gone.length, bytes, files }
}

/** The row first: a file without a row is found again, a row without a file is a lie. Answers its bytes. */
export async function removeSound(db: Db, dir: string, sha256: string): Promise<number> {
  const file = soundFile(dir, sha256)
  const bytes = await sizeOf(file)
  await db.deleteFrom('sounds').where('sha256', '=', sha256).execute()
  await rm(file, { force: true })
  return bytes
}

const named = /^([0-9a-f]{64})\.mp3$/

/** Files without a row: of a store that was stopped half-way, or restored from elsewhere. */
async function removeStrays(db: Db, dir: string, before: number): Promise<number> {
  let removed = 0
  for (const folder of await entriesOf(dir)) {
    if (!/^[0-9a-f]{2}$/.test(folder)) continue
    const files = await entriesOf(join(dir, folder))
    const hashes = files.flatMap((file) => named.exec(file)?.[1] ?? [])
    const rows = await db
      .selectFrom('sounds')
      .select('sha256')
      .where('sha256', 'in', ['', ...hashes])
      .execute()
    const known = new Set(rows.map(({ sha256 }) => `${sha256}.mp3`))
    for (const file of files)
      if (!known.has(file)) removed += await removeOld(join(dir, folder, file), before)
  }
  return removed
}

async function emptyOld(dir: string, before: number): Promise<number> {
  let removed = 0
  for (const entry of await entriesOf(dir)) removed += await removeOld(join(dir, entry), before)
  return removed
}

async function removeOld(path: string, before: number): Promise<number> {
  try {
    const { mtimeMs } = await stat(path)
    if (mtimeMs >= before) return 0
  } catch {
    return 0
  }
  await rm(path, { recursive: true, force: true })
  return 1
}

async function entriesOf(dir: string): Promise<readonly string[]> {
  try {
    return await readdir(dir)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  )
