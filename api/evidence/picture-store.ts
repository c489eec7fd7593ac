import { createHash } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { type Clock, dayMs, minuteMs } from '../../contracts/clock.ts'
import { CodedError } from '../../contracts/errors.ts'
import { inNoCandidate, shownInCandidate } from '../anomalies/candidate-files.ts'
import type { Principal } from '../auth/principal.ts'
import type { Db } from '../db/open.ts'
import { maySee } from '../tickets/store.ts'
import { inNoVisit, shownInVisit } from './visit-files.ts'
import { endings, type EvidenceType, evidenceTypes, typeOf } from './evidence-type.ts'
import { writeSynced } from './write-synced.ts'

export interface EvidenceFile {
  readonly bytes: Buffer
  readonly type: EvidenceType
  readonly community: string
  /** What the access log calls a look at it. */
  readonly what: 'evidence' | 'care.photo'
}

type Shown = Pick<EvidenceFile, 'community' | 'what'>

export interface PictureStore {
  /** Stores a JPEG or an MP4 under its hash; a repeat changes nothing. True when it is new. */
  put(sha256: string, bytes: Buffer, type: EvidenceType): Promise<boolean>
  /** The file, if this person may see a ticket, decide a candidate or know of a visit that shows it; else null. */
  get(sha256: string, principal: Principal): Promise<EvidenceFile | null>
  /** Deletes it now if nothing names it any more. */
  drop(sha256: string): Promise<void>
  /** Deletes what is past its time: of closed tickets, and what no ticket ever named. Says how many. */
  sweep(): Promise<number>
  readonly deleted: number
}

export interface PictureStoreOptions {
  readonly dir: string
  /** Bytes of pictures and clips that may stand on disk. */
  readonly quotaBytes: number
  /** A picture comes before the anomaly that names it: so long it is not called unreferenced. */
  readonly graceMs?: number
  /** How long files stay after the last of their tickets has closed, ms. */
  readonly closedMs?: number
  /** How long files stay that no ticket names, ms. */
  readonly orphanMs?: number
}

/** Files that one sweep deletes at most; the next one goes on. */
const sweepMax = 500

/**
 * Evidence pictures and clips, content-addressed on disk: the name is the sha256, the bytes are checked
 * against it. Written to a temporary file, synced, renamed. Those of open tickets are locked; the others
 * go after their time, and earlier when the quota is full: first the oldest that no ticket names.
 */
export function createPictureStore(
  deps: { readonly db: Db; readonly clock: Clock },
  options: PictureStoreOptions,
): PictureStore {
  const { dir, quotaBytes, graceMs = 10 * minuteMs } = options
  const { closedMs = 30 * dayMs, orphanMs = dayMs } = options
  const fileOf = (sha256: string, type: EvidenceType): string =>
    join(dir, sha256.slice(0, 2), `${sha256}.${endings[type]}`)
  let deleted = 0

  async function remove(sha256: string): Promise<void> {
    // The row first: a file without a row is found again by its hash, a row without a file is a lie.
    await deps.db.deleteFrom('pictures').where('sha256', '=', sha256).execute()
    for (const type of evidenceTypes) await rm(fileOf(sha256, type), { force: true })
    deleted += 1
  }

  async function makeRoom(bytes: number): Promise<void> {
    for (;;) {
      const used = await usedBytes(deps.db)
      if (used + bytes <= quotaBytes) return
      const before = deps.clock() - graceMs
      const [oldest] = (await orphans(deps.db, before, 1)).concat(
        await ofClosed(deps.db, deps.clock(), 1),
      )
      if (oldest === undefined) {
        // A refusal and not "try later": the alarm that names it must not wait behind its picture.
        throw new CodedError('evidence.full', `${used} of ${quotaBytes} bytes are locked`)
      }
      await remove(oldest)
    }
  }

  return {
    async put(sha256, bytes, type) {
      check(sha256, bytes, type)
      const known = await deps.db
        .selectFrom('pictures')
        .select('sha256')
        .where('sha256', '=', sha256)
        .executeTakeFirst()
      if (known !== undefined) return false
      await makeRoom(bytes.length)
      await writeSynced(fileOf(sha256, type), bytes)
      await deps.db
        .insertInto('pictures')
        .values({ sha256, bytes: bytes.length, created_at: deps.clock() })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      return true
    },
    async get(sha256, principal) {
      const shown = await shownIn(deps.db, sha256, principal)
      if (shown === null) return null
      const file = await readFirst(fileOf, sha256)
      return file === null ? null : { ...file, ...shown }
    },
    async drop(sha256) {
      const [unnamed] = await orphans(deps.db, Number.MAX_SAFE_INTEGER, 1, sha256)
      if (unnamed !== undefined) await remove(unnamed)
    },
    async sweep() {
      const now = deps.clock()
      const gone = [
        ...(await ofClosed(deps.db, now - closedMs, sweepMax)),
        ...(await orphans(deps.db, now - orphanMs, sweepMax)),
      ]
      for (const sha256 of gone) await remove(sha256)
      return gone.length
    },
    get deleted() {
      return deleted
    },
  }
}

function check(sha256: string, bytes: Buffer, type: EvidenceType): void {
  if (typeOf(bytes) !== type)
    throw new CodedError('request.unsupported-type', `the bytes are no ${type}`)
  const actual = createHash('sha256').update(bytes).digest('hex')
  if (actual !== sha256) throw new CodedError('request.invalid', `sha256 is ${actual}`)
}

/** Where it is shown to this person: in a ticket, else to whoever decides, else with a visit. */
async function shownIn(db: Db, sha256: string, principal: Principal): Promise<Shown | null> {
  const tickets = await db
    .selectFrom('ticket_evidence')
    .innerJoin('tickets', 'tickets.id', 'ticket_evidence.ticket_id')
    .selectAll('tickets')
    .where('ticket_evidence.sha256', '=', sha256)
    .limit(100)
    .execute()
  const ticket = tickets.find((row) => maySee(principal, row))
  const community = ticket?.community ?? (await shownInCandidate(db, sha256, principal))
  if (community !== null) return { community, what: 'evidence' }
  const visited = await shownInVisit(db, sha256, principal)
  return visited === null ? null : { community: visited, what: 'care.photo' }
}

async function usedBytes(db: Db): Promise<number> {
  const row = await db
    .selectFrom('pictures')
    .select(({ fn }) => fn.sum('bytes').as('bytes'))
    .executeTakeFirst()
  return Number(row?.bytes ?? 0)
}

/** The oldest that no ticket, waiting candidate or visit names, stored before `before`; or only this one. */
async function orphans(
  db: Db,
  before: number,
  limit: number,
  only: string | null = null,
): Promise<string[]> {
  const rows = await db
    .selectFrom('pictures')
    .select('sha256')
    .where('created_at', '<', before)
    .where(
      sql<boolean>`not exists (select 1 from ticket_evidence e where e.sha256 = pictures.sha256)`,
    )
    .where(inNoCandidate(before))
    .where(inNoVisit)
    .$if(only !== null, (query) => query.where('sha256', '=', only))
    .orderBy('created_at')
    .limit(limit)
    .execute()
  return rows.map(({ sha256 }) => sha256)
}

/** The oldest whose tickets were all closed before `before`. */
async function ofClosed(db: Db, before: number, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('pictures')
    .select('sha256')
    .where(sql<boolean>`exists (select 1 from ticket_evidence e where e.sha256 = pictures.sha256)`)
    .where(
      sql<boolean>`not exists (select 1 from ticket_evidence e join tickets t on t.id = e.ticket_id
        where e.sha256 = pictures.sha256 and (t.closed_at is null or t.closed_at > ${before}))`,
    )
    .where(inNoCandidate(before))
    .where(inNoVisit)
    .orderBy('created_at')
    .limit(limit)
    .execute()
  return rows.map(({ sha256 }) => sha256)
}

async function readFirst(
  fileOf: (sha256: string, type: EvidenceType) => string,
  sha256: string,
): Promise<Pick<EvidenceFile, 'bytes' | 'type'> | null> {
  for (const type of evidenceTypes) {
    const bytes = await readOrNull(fileOf(sha256, type))
    if (bytes !== null) return { bytes, type }
  }
  return null
}

async function readOrNull(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
