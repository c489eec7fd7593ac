import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { benchKill } from '../../bench/kill.ts'
import { benchArguments } from '../../bench/support/arguments.ts'

const main = fileURLToPath(new URL('../../dist/gateway/main.js', import.meta.url))

// The promise of the whole product: acknowledged means on disk, and one call for help is one ticket.
it('check 25: kill -9 at 20 random points while readings are in flight: every acknowledged one is stored once, every call has one ticket', async () => {
  expect(existsSync(main), 'npm run build comes first').toBe(true)
  const line = await benchKill(benchArguments(['--json', '--seed', '7', '--kills', '20']))
  expect(line).toMatchObject({
    kills: 20,
    acked: 100_000,
    stored: 100_000,
    duplicates: 0,
    tickets: 20,
    duplicateTickets: 0,
  })
  expect(line.inFlightAtKill).toBeGreaterThan(1_000)
}, 400_000)
