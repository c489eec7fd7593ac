import type { Database } from 'better-sqlite3'
import {
  type Roster,
  type RosterChange,
  type RosterSection,
  rosterSections,
} from '../../contracts/roster.ts'
import { RosterBook } from '../model/roster-book.ts'

/** The keys that `remove` of a RosterChange names. */
function keyOf(section: RosterSection, item: object): string {
  const { id, community, username } = item as Record<string, string | undefined>
  if (section === 'devices') return `${community}/${id}`
  return (section === 'credentials' ? username : id) ?? ''
}

/** The roster on disk, a row per item, and the book in memory that follows it. */
export class RosterTable {
  readonly book = new RosterBook()
  readonly #put
  readonly #remove
  readonly #clear

  constructor(db: Database) {
    this.#put = db.prepare<[string, string, string]>(
      'INSERT INTO roster VALUES (?, ?, ?) ON CONFLICT (section, key) DO UPDATE SET value = excluded.value',
    )
    this.#remove = db.prepare<[string, string]>('DELETE FROM roster WHERE section = ? AND key = ?')
    this.#clear = db.prepare('DELETE FROM roster')
    const rows = db
      .prepare<[], { section: string; value: string }>('SELECT section, value FROM roster')
      .all()
    const items = (section: string): unknown[] =>
      rows.filter((row) => row.section === section).map((row) => JSON.parse(row.value) as unknown)
    this.book.replace({
      version: Number(items('version')[0] ?? 0),
      ...Object.fromEntries(rosterSections.map((section) => [section, items(section)])),
    } as unknown as Roster)
  }

  /** A whole roster, or a change of it. False when the change does not follow on this version. */
  apply(change: Roster | RosterChange): boolean {
    if ('base' in change) {
      if (!this.book.patch(change)) return false
      for (const section of rosterSections) {
        for (const key of change[section]?.remove ?? []) this.#remove.run(section, key)
        this.#putAll(section, change[section]?.upsert ?? [])
      }
    } else {
      this.book.replace(change)
      this.#clear.run()
      for (const section of rosterSections) this.#putAll(section, change[section] ?? [])
    }
    this.#put.run('version', '', JSON.stringify(change.version))
    return true
  }

  #putAll(section: RosterSection, items: readonly object[]): void {
    for (const item of items) this.#put.run(section, keyOf(section, item), JSON.stringify(item))
  }
}
