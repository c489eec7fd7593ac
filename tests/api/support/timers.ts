import { join } from 'node:path'
import pino from 'pino'
import { openDatabase } from '../../../api/db/open.ts'
import { createTransact } from '../../../api/db/transact.ts'
import { Deadlines } from '../../../api/timers/deadlines.ts'
import { openSteadyClock } from '../../../api/timers/steady-clock.ts'

/** Timers on a real database, with clocks that a test moves. */
export async function openTimers(home: string, time: { wall: number; mono: number }) {
  const db = await openDatabase(join(home, 'api.db'))
  const machine = { boot: 'test', nowMs: () => time.mono }
  const steady = await openSteadyClock({ db, clock: () => time.wall, machine })
  const transact = createTransact(db, () => undefined)
  const deadlines = new Deadlines({ db, transact, steady, logger: pino({ level: 'silent' }) })
  const fired: string[] = []
  let failures = 0
  deadlines.handle('test', async (_trx, payload) => {
    if (failures > 0) {
      failures -= 1
      throw new Error('staged')
    }
    fired.push(String(payload))
  })
  return {
    deadlines,
    fired,
    fail: (times: number) => {
      failures = times
    },
    schedule: (id: string, afterMs: number) =>
      transact((trx) => deadlines.schedule(trx, { id, kind: 'test', payload: id, afterMs })),
    settle: () => deadlines.settle(),
    async close() {
      await steady.save()
      await deadlines.close()
      await db.destroy()
    },
  }
}
