import { createHash, randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sql } from 'kysely'
import { type Clock, minuteMs } from '../../contracts/clock.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { Principal } from '../auth/principal.ts'
import type { Db } from '../db/open.ts'
import { maySee } from '../tickets/store.ts'

export interface PictureStore {
  /** Stores a JPEG under its hash; a repeat changes nothing. True when it is new. */
  put(sha256: string, jpeg: Buffer): Promise<boolean>
  /** The picture, if this person may see a ticket that shows it; else null. */
  get(sha256: string, principal: Principal): Promise<{ jpeg: Buffer; community: string } | null>
  readonly deleted: number
}

export interface PictureStoreOptions {
  readonly dir: string
  /** Bytes of pictures that may stand on disk. */
  readonly quotaBytes: number
  /** A picture comes before the anomaly that names it: so long it is not called unreferenced. */
  readonly graceMs?: number
}

/**
 * Evidence pictures, content-addressed on disk: the name is the sha256, the bytes are checked against
 * it. Written to a temporary file, synced, renamed. When the quota is full the oldest that no ticket
 * names go first, then the oldest of closed tickets; those of open tickets are locked.
 */
export function createPictureStore(
  deps: { readonly db: Db; readonly clock: Clock },
  options: PictureStoreOptions,
): PictureStore {
  const { dir, quotaBytes, graceMs = 10 * minuteMs } = options
  const fileOf = (sha256: string): string => join(dir, sha256.slice(0, 2), `${sha256}.jpg`)
  let deleted = 0

  async function remove(sha256: string): Promise<void> {
    // The row first: a file without a row is found again by its hash, a row without a file is a lie.
    await deps.db.deleteFrom('pictures').where('sha256', '=', sha256).execute()
    await rm(fileOf(sha256), { force: true })
    deleted += 1
  }

  async function makeRoom(bytes: number): Promise<void> {
    for (;;) {
      const used = await usedBytes(deps.db)
      if (used + bytes <= quotaBytes) return
      const [oldest] = await deletable(deps.db, deps.clock() - graceMs)
      if (oldest === undefined) {
        // A refusal and not "try later": the alarm that names it must not wait behind its picture.
        throw new CodedError('evidence.full', `${used} of ${quotaBytes} bytes are locked`)
      }
      await remove(oldest)
    }
  }

  return {
    async put(sha256, jpeg) {
      check(sha256, jpeg)
      const known = await deps.db
        .selectFrom('pictures')
        .select('sha256')
        .where('sha256', '=', sha256)
        .executeTakeFirst()
      if (known !== undefined) return false
      await makeRoom(jpeg.length)
      await writeSynced(fileOf(sha256), jpeg)
      await deps.db
        .insertInto('pictures')
        .values({ sha256, bytes: jpeg.length, created_at: deps.clock() })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      return true
    },
    async get(sha256, principal) {
      const tickets = await deps.db
        .selectFrom('ticket_evidence')
        .innerJoin('tickets', 'tickets.id', 'ticket_evidence.ticket_id')
        .selectAll('tickets')
        .where('ticket_evidence.sha256', '=', sha256)
        .limit(100)
        .execute()
      const seen = tickets.find((row) => maySee(principal, row))
      if (seen === undefined) return null
      const jpeg = await readOrNull(fileOf(sha256))
      return jpeg === null ? null : { jpeg, community: seen.community }
    },
    get deleted() {
      return deleted
    },
  }
}

/** JPEG begins with SOI and a marker and ends with EOI (ITU-T T.81, B.1.1.3). */
function check(sha256: string, jpeg: Buffer): void {
  const isJpeg =
    jpeg.length > 4 &&
    jpeg[0] === 0xff &&
    jpeg[1] === 0xd8 &&
    jpeg[2] === 0xff &&
    jpeg.lastIndexOf(Buffer.from([0xff, 0xd9])) > 0
  if (!isJpeg) throw new CodedError('request.unsupported-type', 'not a JPEG')
  const actual = createHash('sha256').update(jpeg).digest('hex')
  if (actual !== sha256) throw new CodedError('request.invalid', `sha256 is ${actual}`)
}

async function usedBytes(db: Db): Promise<number> {
  const row = await db
    .selectFrom('pictures')
    .select(({ fn }) => fn.sum('bytes').as('bytes'))
    .executeTakeFirst()
  return Number(row?.bytes ?? 0)
}

/** At most one: the oldest without a ticket, else the oldest whose tickets are all closed. */
async function deletable(db: Db, before: number): Promise<string[]> {
  const orphan = await db
    .selectFrom('pictures')
    .select('sha256')
    .where('created_at', '<', before)
    .where(
      sql<boolean>`not exists (select 1 from ticket_evidence e where e.sha256 = pictures.sha256)`,
    )
    .orderBy('created_at')
    .limit(1)
    .execute()
  if (orphan.length > 0) return orphan.map(({ sha256 }) => sha256)
  const closed = await db
    .selectFrom('pictures')
    .select('sha256')
    .where(sql<boolean>`exists (select 1 from ticket_evidence e where e.sha256 = pictures.sha256)`)
    .where(
      sql<boolean>`not exists (select 1 from ticket_evidence e join tickets t on t.id = e.ticket_id
        where e.sha256 = pictures.sha256 and t.closed_at is null)`,
    )
    .orderBy('created_at')
    .limit(1)
    .execute()
  return closed.map(({ sha256 }) => sha256)
}

async function writeSynced(file: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const handle = await open(temporary, 'wx', 0o600)
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, file)
    const folder = await open(dirname(file), 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

async function readOrNull(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
