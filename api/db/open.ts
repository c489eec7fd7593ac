import { Sqlite } from '../../config/sqlite.ts'
import { Kysely, Migrator, SqliteDialect, type Transaction } from 'kysely'
import type { Dialect } from './columns.ts'
import { accounts } from './migrations/0001-accounts.ts'
import { tickets } from './migrations/0002-tickets.ts'
import { events } from './migrations/0003-events.ts'
import { roster } from './migrations/0004-roster.ts'
import { access } from './migrations/0005-access.ts'
import { candidates } from './migrations/0006-candidates.ts'
import { notify } from './migrations/0007-notify.ts'
import { ladder } from './migrations/0008-ladder.ts'
import { careLife } from './migrations/0009-care-life.ts'
import { modes } from './migrations/0010-modes.ts'
import { devices } from './migrations/0011-devices.ts'
import { deviceVia } from './migrations/0012-device-via.ts'
import { deviceViaByPerson } from './migrations/0013-device-via-by-person.ts'
import { broadcast } from './migrations/0014-broadcast.ts'
import { visitPhotos } from './migrations/0015-visit-photos.ts'
import { notifyQueue } from './migrations/0016-notify-queue.ts'
import { timelineEn } from './migrations/0017-timeline-en.ts'
import { org } from './migrations/0030-org.ts'
import type { Database } from './schema.ts'
import { keepingStatements } from './statements.ts'

export type Db = Kysely<Database>
export type Trx = Transaction<Database>

/**
 * Opens the ticket store and brings it up to date. WAL and synchronous FULL: what was answered is on
 * disk. `file` may be `:memory:` in tests.
 */
export async function openDatabase(file: string): Promise<Db> {
  const sqlite = new Sqlite(file)
  sqlite.pragma('journal_mode = WAL')
  sqlite.pragma('synchronous = FULL')
  sqlite.pragma('busy_timeout = 5000')
  const db = new Kysely<Database>({
    dialect: new SqliteDialect({ database: keepingStatements(sqlite) }),
  })
  try {
    // All or nothing, whenever the power goes; and one sync of the disk instead of one for each table.
    sqlite.exec('BEGIN IMMEDIATE')
    await migrate(db, 'sqlite')
    sqlite.exec('COMMIT')
  } catch (error) {
    await db.destroy()
    throw error
  }
  return db
}

async function migrate(db: Db, dialect: Dialect): Promise<void> {
  const migrator = new Migrator({
    db,
    // Numbers are given out before the work is done: a lower one may come later.
    allowUnorderedMigrations: true,
    provider: {
      getMigrations: async () => ({
        '0001-accounts': accounts(),
        '0002-tickets': tickets(dialect),
        '0003-events': events(dialect),
        '0004-roster': roster(),
        '0005-access': access(dialect),
        '0006-candidates': candidates(),
        '0007-notify': notify(dialect),
        '0008-ladder': ladder(),
        '0009-care-life': careLife(),
        '0010-modes': modes(),
        '0011-devices': devices(),
        '0012-device-via': deviceVia(),
        '0013-device-via-by-person': deviceViaByPerson(),
        '0014-broadcast': broadcast(),
        '0015-visit-photos': visitPhotos(),
        '0016-notify-queue': notifyQueue(),
        '0017-timeline-en': timelineEn(),
        '0030-org': org(),
      }),
    },
  })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
}
