import { join } from 'node:path'
import pino from 'pino'
import { openDatabase } from '../../../api/db/open.ts'
import { createTransact } from '../../../api/db/transact.ts'
import { Deadlines } from '../../../api/timers/deadlines.ts'
import { createMachineClock } from '../../../api/timers/machine-clock.ts'
import { openSteadyClock } from '../../../api/timers/steady-clock.ts'

/** Sets four timers at its first start and reports what has fired by its second: rows, so that a kill loses none. */
const home = process.argv[2] ?? ''
const db = await openDatabase(join(home, 'api.db'))
const machine = createMachineClock('timer-process')
const steady = await openSteadyClock({ db, clock: Date.now, machine })
const transact = createTransact(db, () => deadlines.wake())
const deadlines = new Deadlines({ db, transact, steady, logger: pino({ level: 'silent' }) })
const log = 'create table if not exists fired (id text, n integer primary key autoincrement)'
const { sql } = await import('kysely')
await sql.raw(log).execute(db)
deadlines.handle('test', async (trx, payload) => {
  await sql`insert into fired (id) values (${String(payload)})`.execute(trx)
})
const before = await db.selectFrom('steady_clock').select('id').execute()
if (before.length === 0) {
  await transact(async (trx) => {
    for (const [i, afterMs] of [300, 600, 900, 1_500].entries()) {
      const id = `t${i}`
      await deadlines.schedule(trx, { id, kind: 'test', payload: id, afterMs })
    }
  })
  await steady.save()
}
const startedAt = performance.now()
deadlines.start()
process.send?.({ started: true })
setInterval(() => {
  void sql<{ id: string }>`select id from fired`.execute(db).then(({ rows }) => {
    if (rows.length < 4) return
    process.send?.({ fired: rows.map(({ id }) => id), lateMs: performance.now() - startedAt })
  })
}, 100)
