import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadShippedRules, shippedRulesPath } from '../../config/rules.ts'
import { minuteMs, secondMs } from '../../contracts/clock.ts'
import type { BacktestRequest } from '../../contracts/backtest.ts'
import type { ExplainRequest } from '../../contracts/explain.ts'
import { createReplayDesk, type ReplayDesk } from '../../gateway/backtest/desk.ts'
import { Live, t0 } from '../gateway/backtest/live.ts'
import { type Caller, startTestApi, type TestApi } from './support/api.ts'
import { type Box, startBox } from './support/box.ts'

const text = readFileSync(shippedRulesPath(), 'utf8')
let live: Live
let desk: ReplayDesk
let box: Box
let api: TestApi
let admin: Caller

function holds(noise: number, ms: number): void {
  for (let left = ms; left > 0; left -= 30 * secondMs) {
    live.commit([live.says('noise', { noise })])
    live.wait(30 * secondMs)
  }
}

/** A box that has recorded two loud hours, and an api to which it has sent its anomalies. */
beforeAll(async () => {
  live = new Live(loadShippedRules())
  for (const noise of [50, 72, 50, 80, 50]) holds(noise, 20 * minuteMs)
  desk = createReplayDesk({ file: live.file, inForce: loadShippedRules })
  box = await startBox()
  api = await startTestApi({ gatewayUrl: box.url })
  admin = await api.admin()
  box.answers.set('POST /backtest', (body) => desk.backtest(body as BacktestRequest))
  box.answers.set('POST /explain', (body) => desk.explain(body as ExplainRequest))
  for (const item of live.items)
    if (item.kind === 'anomaly') await admin.post('/anomalies', item.body)
    else if (item.kind === 'clear') await admin.post('/anomalies/clear', item.body)
}, 60_000)
afterAll(async () => {
  await desk.close()
  await api.close()
  await box.close()
  live.close()
})

interface Row {
  readonly id: string
  readonly createdAt: number
  readonly anomaly: { raisedAt: number } | null
}
const tickets = async (): Promise<Row[]> =>
  ((await admin.get('/tickets')).json().items as Row[]).toSorted(
    (a, b) => (a.anomaly?.raisedAt ?? 0) - (b.anomaly?.raisedAt ?? 0),
  )

describe('questions to what was recorded', { timeout: 60_000 }, () => {
  test('a changed threshold shows which tickets would not have come, and that people had rejected one', async () => {
    const [quiet] = await tickets()
    const rejected = await admin.post(`/tickets/${quiet?.id}/actions/reject`, { note: '误报' })
    expect(rejected.statusCode).toBe(200)
    const rules = text.replace('above: { raise: 70, clear: 65 }', 'above: { raise: 75, clear: 65 }')
    const answer = await admin.post('/rules/backtest', { rules, from: t0, to: live.now })
    expect(answer.statusCode).toBe(200)
    const { items, summary } = answer.json()
    expect(items).toMatchObject([
      { change: 'gone', type: 'noise.high', ticket: { id: quiet?.id, isFalseAlarm: true } },
    ])
    expect(summary).toMatchObject({ gone: 1, same: 1, falseAlarmsGone: 1, trueAlarmsGone: 0 })
  })

  test('rules that are no rules are refused with their line, and only keepers may ask', async () => {
    const broken = text.replace('raise: 70', 'raise: loud')
    const answer = await admin.post('/rules/backtest', { rules: broken, from: t0, to: live.now })
    expect(answer.json()).toMatchObject({ code: 'request.invalid' })
    expect(answer.json().detail).toMatch(/^rules:\d+: /)
    const backwards = await admin.post('/rules/backtest', { rules: text, from: 2, to: 1 })
    expect(backwards.statusCode).toBe(400)
  })

  test('a ticket is explained from its readings, by the rule and the states, to its delivery', async () => {
    const [loud] = await tickets()
    const answer = await admin.get(`/tickets/${loud?.id}/explain`)
    expect(answer.statusCode).toBe(200)
    const { gateway, anomaly, reports, timeline, problem } = answer.json()
    expect(problem).toBeNull()
    expect(gateway).toMatchObject({ reproduced: true, queued: true, log: { from: t0 } })
    expect(gateway.rule).toMatchObject({ id: 'noise', definition: { above: { raise: 70 } } })
    const steps = gateway.steps as { what: string; who: string; says: string; receivedAt: number }[]
    const raised = steps.findIndex(({ what, who }) => what === 'raised' && who === anomaly.anomaly)
    const before = steps.slice(0, raised)
    expect(before.findLast(({ what }) => what === 'reading')?.says).toBe('noise = 72')
    expect(before.some(({ what, who }) => what === 'state' && who.includes('noise'))).toBe(true)
    expect(steps.slice(raised).some(({ what }) => what === 'cleared')).toBe(true)
    expect(reports.map(({ id }: { id: string }) => id)).toContain(anomaly.anomaly)
    expect(timeline.length).toBeGreaterThan(0)
    expect((await admin.get('/tickets/none/explain')).statusCode).toBe(404)
  })

  test('a box that is away leaves what the platform knows', async () => {
    const [ticket] = await tickets()
    box.answers.set('POST /explain', (_body, _url, response) => void response.destroy())
    const { gateway, problem, timeline } = (
      await admin.get(`/tickets/${ticket?.id}/explain`)
    ).json()
    expect([gateway, problem.startsWith('gateway.unreachable')]).toEqual([null, true])
    expect(timeline.length).toBeGreaterThan(0)
  })
})
