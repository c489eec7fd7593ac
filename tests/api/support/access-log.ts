import { join } from 'node:path'
import { Sqlite } from '../../../config/sqlite.ts'

/** The log as an auditor reads it: from the file. */
export function loggedAccess(home: string, what: string): Record<string, unknown>[] {
  const db = new Sqlite(join(home, 'api.db'), { readonly: true })
  try {
    return db.prepare('select * from access_log where what = ? order by seq').all(what) as Record<
      string,
      unknown
    >[]
  } finally {
    db.close()
  }
}
