import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { createMachineClock } from '../../../api/timers/machine-clock.ts'
import { loadLadders, shippedLaddersPath } from '../../../config/ladders.ts'
import { parseOrg } from '../../../config/org.ts'
import type { LadderItem } from '../../../contracts/http/ladder.ts'
import { type Caller, type TestApi, startTestApi } from '../support/api.ts'
import { ladderOf, raise, sent } from '../support/ladder.ts'

const shipped = (file: string): string =>
  readFileSync(new URL(`../../../config/${file}`, import.meta.url), 'utf8')
const units = parseOrg(shipped('org.yaml'), 'org.yaml', 'demo')
/** As shipped, with a second for each answer. */
const quick = readFileSync(shippedLaddersPath(), 'utf8').replace(
  /waitSeconds: \d+/g,
  'waitSeconds: 1',
)

let api: TestApi
afterEach(() => api.close())

async function until(
  who: Caller,
  ticket: string,
  holds: (ladder: LadderItem) => boolean,
): Promise<LadderItem> {
  for (let i = 0; i < 400; i += 1) {
    const ladder = await ladderOf(who, ticket)
    if (holds(ladder)) return ladder
    await sleep(50)
  }
  throw new Error('the ladder did not come there')
}

test('a ladder on the real clock: each step after its time and within 2 s, once, over a restart, until somebody goes', async () => {
  api = await startTestApi(
    { ladders: loadLadders(quick, units) },
    { clock: Date.now, machine: createMachineClock('test') },
  )
  const admin = await api.admin()
  await admin.post('/residents', {
    id: 'res_wu',
    name: '吴桂芬',
    phone: '13812342207',
    watch: { windowMs: 86_400_000 },
  })
  await admin.post('/residents/res_wu/contacts', {
    name: '吴建安',
    relation: '儿子',
    phone: '13900000000',
  })
  const grid = await api.person('grid')
  const unseen = (key: string) =>
    raise(api, {
      type: 'resident.unseen',
      key,
      subject: { kind: 'resident', id: 'res_wu', name: '吴桂芬' },
      place: { name: '6 号楼 2 单元 301' },
    })

  const first = await unseen('resident.unseen:res_wu')
  await until(admin, first, ({ steps }) => steps[1]?.state === 'running')
  await api.restart()
  const end = await until(admin, first, ({ status }) => status === 'exhausted')
  const passed = end.steps.filter(({ state }) => state === 'passed')
  expect(passed.map(({ id }) => id)).toEqual(['elder', 'family-1', 'grid', 'community'])
  for (const { endedAt, dueAt } of passed) {
    const lateMs = (endedAt ?? Number.NaN) - (dueAt ?? Number.NaN)
    // The clock that deadlines keep counts in hundredths of a second, the wall's in thousandths.
    expect(lateMs).toBeGreaterThanOrEqual(-10)
    expect(lateMs).toBeLessThan(2_000)
  }
  const steps = sent(api, first).map(({ step, person, channel }) => `${step} ${person} ${channel}`)
  expect(new Set(steps).size).toBe(steps.length)

  const second = await unseen('resident.unseen:res_wu:2')
  await until(admin, second, ({ steps: all }) => all[2]?.state === 'running')
  await grid.post(`/tickets/${second}/actions/accept`)
  const held = await ladderOf(admin, second)
  expect(held).toMatchObject({ status: 'held', takenBy: { id: grid.id } })
  await sleep(1_500)
  expect((await ladderOf(admin, second)).steps).toEqual(held.steps)
}, 60_000)
