import { expect, it } from 'vitest'
import { notify } from '../../../api/notify/notify.ts'
import type { NotifySettings } from '../../../config/notify-schema.ts'
import { minuteMs, secondMs } from '../../../contracts/clock.ts'
import { alarm, prefer, recorder, senderOn, startBench } from './support.ts'

const channels = [
  { name: 'texts', kind: 'sms', url: 'https://sms.example/send' },
] as unknown as NotifySettings['channels']
const perPerson = { perMinute: 6, perHour: 60 }
const anomalies = 10_000

/**
 * 10,000 anomalies in one minute, for two people, each by screen and by text: nobody is reached more
 * often than configured in any minute, and everything is found again.
 */
it('a storm reaches each person at most as often as configured, and loses nothing', async () => {
  const bench = await startBench({ channels, perPerson })
  const texts = recorder(bench.time)
  const sender = senderOn(bench, { texts })
  const people = [await bench.user('wang'), await bench.user('chen')]
  for (const id of people) await prefer(bench, id, { texts: 'minor' })
  const to = people.map((id) => ({ kind: 'user' as const, id }))
  const began = process.cpuUsage()

  const perSecond = Math.ceil(anomalies / 60)
  for (let done = 0, second = 0; second < 60; second += 1) {
    await bench.transact(async (trx) => {
      for (let i = 0; i < perSecond && done < anomalies; i += 1, done += 1) {
        const severity = done % 50 === 0 ? 'critical' : 'major'
        await notify(trx, bench.deps, alarm({ incident: `tkt_${done}`, severity, to }))
      }
    })
    if (second % 2 === 0) await sender.settle()
    bench.time.now += secondMs
  }
  for (let i = 0; i < 10; i += 1) {
    await sender.settle()
    bench.time.now += minuteMs / 4
  }
  const { user, system } = process.cpuUsage(began)
  const cpuMs = (user + system) / 1_000

  const rows = await bench.db
    .selectFrom('notifications')
    .select(['person', 'channel', 'kind', 'sent_at'])
    .execute()
  const shown = await bench.db.selectFrom('stream_events').selectAll().execute()
  for (const id of people) {
    const times = [
      ...texts.got.filter(({ message }) => message.personName === id.slice(4)).map(({ at }) => at),
      ...shown.filter(({ data }) => data.includes(id)).map(({ ts }) => ts),
    ].toSorted((a, b) => a - b)
    for (const [i, at] of times.entries()) {
      const within = times.slice(0, i + 1).filter((one) => one > at - minuteMs).length
      expect(within).toBeLessThanOrEqual(perPerson.perMinute)
    }
    // Nothing is lost: each anomaly went out by itself or as a line of a digest that went out.
    for (const channel of ['screen', 'texts']) {
      const mine = rows.filter(
        (row) => row.person === `user:${id}` && row.channel === channel && row.kind === 'alarm',
      )
      expect(mine).toHaveLength(anomalies)
      expect(mine.filter(({ sent_at }) => sent_at === null)).toHaveLength(0)
    }
  }
  expect(texts.got.some(({ message }) => /^还有 \d{3,} 条（严重/.test(message.title))).toBe(true)
  // Of the processor, not of the clock: tests share the machine.
  expect(cpuMs).toBeLessThan(20_000)
  await sender.close()
  await bench.close()
}, 120_000)
