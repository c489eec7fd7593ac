import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { acknowledge, stopIncident } from '../../../api/notify/acknowledge.ts'
import type { Outcome } from '../../../api/notify/channels/channel.ts'
import { notify } from '../../../api/notify/notify.ts'
import type { NotifySender } from '../../../api/notify/sender.ts'
import type { NotifySettings } from '../../../config/notify-schema.ts'
import { hourMs, minuteMs, secondMs } from '../../../contracts/clock.ts'
import {
  type Bench,
  type Recorder,
  alarm,
  noon,
  prefer,
  recorder,
  senderOn,
  startBench,
} from './support.ts'

const channels = [
  { name: 'texts', kind: 'sms', url: 'https://sms.example/send' },
] as unknown as NotifySettings['channels']
const down: Outcome = { kind: 'retry', code: 'ECONNREFUSED', detail: 'ECONNREFUSED' }

let bench: Bench
let texts: Recorder
let sender: NotifySender
let wang: string

beforeEach(async () => {
  bench = await startBench({ channels })
  texts = recorder(bench.time)
  sender = senderOn(bench, { texts })
  wang = await bench.user('wang')
  await prefer(bench, wang, { texts: 'minor' })
})
afterEach(async () => {
  await sender.close()
  await bench.close()
})

const put = (incident: string, more: Parameters<typeof alarm>[0] = {}) =>
  bench.transact((trx) =>
    notify(trx, bench.deps, alarm({ incident, to: [{ kind: 'user', id: wang }], ...more })),
  )
const pass = async (ms: number): Promise<void> => {
  bench.time.now += ms
  await sender.settle()
}
const titles = (): string[] => texts.got.map(({ message }) => message.title)
const sms = async (incident: string) =>
  (await bench.rows(incident)).find(({ channel }) => channel === 'texts')

describe('a link that is down', () => {
  it('keeps all, replays in order, and says how late it was', async () => {
    texts.answer = () => down
    await put('tkt_1')
    await put('tkt_2', { text: { title: { zh: '第二', en: '2' }, body: { zh: '', en: '' } } })
    await sender.settle()
    expect(texts.got).toEqual([])
    expect(await sms('tkt_1')).toMatchObject({ state: 'queued', attempts: 1 })
    for (let i = 0; i < 60; i += 1) await pass(3 * minuteMs)
    texts.answer = () => ({ kind: 'sent', detail: 'ok' })
    await pass(12 * minuteMs)
    expect(titles()).toEqual(['【迟到 3 小时 12 分】厨房烟感报警', '【迟到 3 小时 12 分】第二'])
    expect(await sms('tkt_1')).toMatchObject({ state: 'sent', late_ms: 192 * minuteMs })
    const attempts = await bench.db.selectFrom('notification_attempts').selectAll().execute()
    expect(attempts.at(0)).toMatchObject({ ok: 0, code: 'ECONNREFUSED' })
    expect(attempts.at(-1)).toMatchObject({ ok: 1 })
  })

  it('waits longer from try to try, and never longer than five minutes', async () => {
    let tries = 0
    texts.answer = () => {
      tries += 1
      return down
    }
    await put('tkt_1')
    await sender.settle()
    for (let i = 0; i < 60; i += 1) await pass(secondMs)
    const early = tries
    expect(early).toBeGreaterThan(3)
    expect(early).toBeLessThan(8)
    for (let i = 0; i < 360; i += 1) await pass(10 * secondMs)
    expect(tries - early).toBeGreaterThan(10)
    expect(tries - early).toBeLessThan(25)
  })

  it('tells in one line of what is over before the link came back', async () => {
    texts.answer = () => down
    await put('tkt_1')
    await put('tkt_2')
    await sender.settle()
    bench.time.now += hourMs
    await bench.transact(async (trx) => {
      await stopIncident(trx, 'tkt_1')
      await notify(trx, bench.deps, alarm({ kind: 'relief', step: 'closed' }))
      await stopIncident(trx, 'tkt_2')
    })
    texts.answer = () => ({ kind: 'sent', detail: 'ok' })
    await pass(10 * minuteMs)
    await pass(6 * secondMs)
    expect(titles()).toEqual(['迟到的报警 2 条，都已解除'])
    // Never alarmed, so not relieved either.
    const reliefs = (await bench.rows('tkt_1')).filter(({ kind }) => kind === 'relief')
    expect(reliefs.find(({ channel }) => channel === 'texts')).toMatchObject({
      state: 'suppressed',
      reason: 'never-alarmed',
    })
  })

  it('survives a stop in the middle of sending', async () => {
    await put('tkt_1')
    await bench.db
      .updateTable('notifications')
      .set({ state: 'ready', next_at: null })
      .where('channel', '=', 'texts')
      .execute()
    await sender.start()
    await sender.settle()
    expect(texts.got).toHaveLength(1)
  })

  it('gives up on one message that alone is refused for good, and goes on with the others', async () => {
    texts.answer = ({ incident }) =>
      incident === 'tkt_1'
        ? { kind: 'failed', code: 'sms-refused', detail: 'no such number' }
        : { kind: 'sent', detail: 'ok' }
    await put('tkt_1')
    await put('tkt_2')
    await sender.settle()
    expect(await sms('tkt_1')).toMatchObject({ state: 'failed', reason: 'sms-refused' })
    expect(await sms('tkt_2')).toMatchObject({ state: 'sent' })
  })

  it('lets the others past one that the provider chokes on, and gives it up in the end', async () => {
    const roomy = { perMinute: 1_000, perHour: 10_000 }
    Object.assign(bench.deps.settings, { perPerson: roomy })
    texts.answer = ({ incident }) =>
      incident === 'tkt_1'
        ? { kind: 'retry', code: 'http-500', detail: 'HTTP 500' }
        : { kind: 'sent', detail: 'ok' }
    await put('tkt_1')
    await sender.settle()
    for (let i = 0; i < 200; i += 1) {
      await put(`tkt_more${i}`, { severity: 'major' })
      await pass(4 * minuteMs)
    }
    expect(await sms('tkt_1')).toMatchObject({ state: 'failed', reason: 'http-500' })
    expect(texts.got.length).toBeGreaterThan(100)
  })
})

describe('who must not be woken, and who must', () => {
  it('keeps quiet at night but for critical ones, and tells the rest in the morning', async () => {
    bench.time.now = noon + 11 * hourMs
    await put('tkt_major', { severity: 'major' })
    await put('tkt_critical')
    await sender.settle()
    expect(texts.got.map(({ message }) => message.incident)).toEqual(['tkt_critical'])
    // Until 07:00 is not late: that was meant.
    await pass(8 * hourMs)
    expect(texts.got.map(({ message }) => message.incident)).toContain('tkt_major')
    const late = texts.got.find(({ message }) => message.incident === 'tkt_major')
    expect(late?.message.lateMs).toBe(0)
    // The inbox had both at once.
    const screens = (await bench.rows()).filter(({ channel }) => channel === 'screen')
    expect(screens.map(({ state }) => state)).toEqual(['sent', 'sent'])
  })

  it('gathers minor ones into one message an hour', async () => {
    for (let i = 0; i < 7; i += 1) await put(`tkt_${i}`, { severity: 'minor', kind: 'notice' })
    await sender.settle()
    expect(texts.got).toEqual([])
    await pass(hourMs)
    expect(titles()).toEqual(['还有 7 条（一般 7）'])
  })

  it('repeats a critical one until somebody has it in hand', async () => {
    await put('tkt_1')
    await sender.settle()
    await pass(5 * minuteMs)
    await pass(5 * minuteMs)
    expect(titles()).toEqual([
      '厨房烟感报警',
      '【再次提醒】厨房烟感报警',
      '【再次提醒】厨房烟感报警',
    ])
    const by = { id: wang, name: 'wang', at: bench.time.now }
    await bench.transact((trx) => acknowledge(trx, 'tkt_1', by))
    await pass(hourMs)
    expect(texts.got).toHaveLength(3)
    expect(await sms('tkt_1')).toMatchObject({ state: 'acknowledged', acknowledged_by: 'wang' })
  })

  it('does not repeat for ever', async () => {
    await put('tkt_1')
    for (let i = 0; i < 60; i += 1) await pass(5 * minuteMs)
    expect(texts.got).toHaveLength(1 + bench.deps.settings.repeat.times)
  })

  it('relieves who was alarmed, also by a digest', async () => {
    for (let i = 0; i < 9; i += 1) await put(`tkt_${i}`, { severity: 'major' })
    await sender.settle()
    await pass(minuteMs)
    expect(titles().at(-1)).toMatch(/^还有 \d 条/)
    await bench.transact(async (trx) => {
      await stopIncident(trx, 'tkt_8')
      const relief = alarm({ incident: 'tkt_8', kind: 'relief', step: 'closed', severity: 'major' })
      await notify(trx, bench.deps, relief)
      // Said twice, also by another step: still one.
      await notify(trx, bench.deps, { ...relief, step: 'over' })
    })
    await pass(minuteMs)
    const reliefs = (await bench.rows('tkt_8')).filter(({ kind }) => kind === 'relief')
    expect(reliefs.map(({ channel, state }) => [channel, state])).toEqual([
      ['screen', 'sent'],
      ['texts', 'sent'],
    ])
  })
})
