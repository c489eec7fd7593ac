import { sql, type Selectable } from 'kysely'
import type { Severity } from '../../contracts/anomaly.ts'
import type { Language, MessageKind } from '../../contracts/notify.ts'
import type { LocalText } from '../../contracts/text.ts'
import { fromJson } from '../db/json.ts'
import type { NotificationsTable } from '../db/notify-schema.ts'
import type { Db, Trx } from '../db/open.ts'
import type { Message } from './channels/channel.ts'
import { type DigestCounts, type Words, digestWords, marked } from './compose.ts'
import { lateFromMs } from './judge.ts'

export type NotificationRow = Selectable<NotificationsTable>

const linesMax = 8

/** The message as it goes out now: in the language of its person, and saying how late it is. */
export async function messageOf(db: Db | Trx, row: NotificationRow, now: number): Promise<Message> {
  const language = row.language as Language
  const again = row.sent_at !== null
  const late = again || row.kind === 'digest' ? 0 : now - row.due_at
  const lateMs = late >= lateFromMs ? late : 0
  const words =
    row.kind === 'digest'
      ? await digestOf(db, row.id, language, again)
      : wordsOf(row.text, language)
  return {
    id: row.id,
    incident: row.incident,
    step: row.step,
    community: row.community,
    severity: row.severity as Severity,
    kind: row.kind as MessageKind,
    personName: row.person_name,
    address: row.address,
    language,
    ...marked(words, { lateMs, again, language }),
    link: row.link,
    createdAt: row.created_at,
    lateMs,
  }
}

export function wordsOf(text: string, language: Language): Words {
  const { title, body } = fromJson(text) as { title: LocalText; body: LocalText }
  return { title: title[language], body: body[language] }
}

/** What a digest holds. The second time only what is still unanswered. */
export async function digestOf(
  db: Db | Trx,
  digest: string,
  language: Language,
  again = false,
): Promise<Words> {
  let members = db.selectFrom('notifications').where('digest', '=', digest)
  if (again)
    members = members.where('acknowledged_by', 'is', null).where('reason', '!=', 'resolved')
  const counted = await members
    .select(({ fn }) => [
      'severity',
      fn.countAll<number>().as('count'),
      sql<number>`sum(case when reason = 'resolved' then 1 else 0 end)`.as('over'),
      sql<number>`sum(case when reason = 'too-late' then 1 else 0 end)`.as('late'),
    ])
    .groupBy('severity')
    .execute()
  const of = (severity: Severity): number =>
    counted.find((row) => row.severity === severity)?.count ?? 0
  const counts: DigestCounts = {
    critical: of('critical'),
    major: of('major'),
    minor: of('minor'),
    over: counted.reduce((sum, { over }) => sum + over, 0),
    tooLate: counted.reduce((sum, { late }) => sum + late, 0),
  }
  const first = await members
    .select('text')
    // c < ma < mi: the gravest first.
    .orderBy('severity')
    .orderBy('seq')
    .limit(linesMax)
    .execute()
  return digestWords(
    counts,
    first.map(({ text }) => wordsOf(text, language).title),
    language,
  )
}
