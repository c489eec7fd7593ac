import { type Clock, secondMs } from '../../contracts/clock.ts'
import { errorTable } from '../../contracts/errors.ts'
import type { Problem } from '../../contracts/health.ts'
import type { AreaType, CameraSettings } from '../../contracts/roster.ts'
import { fromJson } from '../db/json.ts'
import type { Db } from '../db/open.ts'
import { readFiling } from './filing.ts'

const keepMs = 10 * secondMs

/** Places where the public passes: a camera there needs a sign (Order 799 art. 17, control C12). */
const publicAreas: ReadonlySet<AreaType | undefined> = new Set<AreaType>([
  'entrance',
  'gate',
  'road',
  'square',
  'car-park',
  'lift',
  'corridor',
])

/** What the law wants done and nobody has done yet. Nothing is broken by it. Counted at most every 10 s. */
export type Notices = () => Promise<readonly Problem[]>

export function createNotices(deps: {
  readonly db: Db
  readonly clock: Clock
  readonly filingNumber: string | null
}): Notices {
  const { db, clock, filingNumber } = deps
  let read: { readonly at: number; readonly notices: Promise<readonly Problem[]> } | null = null
  return () => {
    const now = clock()
    if (read === null || now - read.at >= keepMs) {
      read = { at: now, notices: readNotices(db, filingNumber) }
    }
    return read.notices
  }
}

async function readNotices(db: Db, filingNumber: string | null): Promise<Problem[]> {
  const notices: Problem[] = []
  const { persons, state, limit } = await readFiling(db, filingNumber)
  if (state === 'warn') notices.push(noticeOf('face.filing-near', `${persons} / ${limit}`))
  if (state === 'limit') notices.push(noticeOf('face.filing-limit', `${persons} / ${limit}`))
  const unsigned = await camerasWithoutSign(db)
  if (unsigned > 0) notices.push(noticeOf('camera.sign-missing', String(unsigned)))
  return notices
}

async function camerasWithoutSign(db: Db): Promise<number> {
  const rows = await db
    .selectFrom('devices')
    .select('camera')
    .where('camera', 'is not', null)
    .where('state', '=', 'approved')
    .execute()
  return rows.filter(({ camera }) => {
    const { areaType, signSha256 = null } = fromJson(camera ?? '{}') as Partial<CameraSettings>
    return publicAreas.has(areaType) && signSha256 === null
  }).length
}

function noticeOf(
  code: 'face.filing-near' | 'face.filing-limit' | 'camera.sign-missing',
  figure: string,
): Problem {
  const { title, hint } = errorTable[code]
  const what = { zh: `${title.zh}：${figure}`, en: `${title.en}: ${figure}` }
  return { code, what, hint, command: null }
}
