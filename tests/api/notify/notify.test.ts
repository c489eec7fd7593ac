import { afterEach, describe, expect, it } from 'vitest'
import { acknowledge, stopIncident } from '../../../api/notify/acknowledge.ts'
import { notify } from '../../../api/notify/notify.ts'
import { tellStaffUnlessTold } from '../../../api/notify/tell-opened.ts'
import { createWallClock, within } from '../../../api/notify/wall-clock.ts'
import type { TicketRow } from '../../../api/tickets/ticket-row.ts'
import type { NotifySettings } from '../../../config/notify-schema.ts'
import { type Bench, alarm, noon, startBench } from './support.ts'

let bench: Bench
afterEach(() => bench.close())

const channels = [
  { name: 'texts', kind: 'sms', url: 'https://sms.example/send' },
  { name: 'mail', kind: 'email', host: 'mail.example', from: 'linli@example.org' },
  { name: 'duty-robot', kind: 'wecom', url: 'https://robot.example', mention: [] },
] as unknown as NotifySettings['channels']

const put = (more: Parameters<typeof alarm>[0] = {}) =>
  bench.transact((trx) => notify(trx, bench.deps, alarm(more)))

describe('putting messages on the queue', () => {
  it('reaches one person once per incident, step and channel, however often it is said', async () => {
    bench = await startBench()
    const to = [{ kind: 'user' as const, id: await bench.user('wang') }]
    const first = await put({ to })
    expect(await put({ to })).toEqual(first)
    expect(await bench.rows()).toHaveLength(1)
    // Another step is another message; so is another incident.
    await put({ to, step: 'again' })
    await put({ to, incident: 'tkt_2' })
    expect(await bench.rows()).toHaveLength(3)
  })

  it('is undone with the transaction that it was part of', async () => {
    bench = await startBench()
    const to = [{ kind: 'user' as const, id: await bench.user('wang') }]
    const failing = bench.transact(async (trx) => {
      await notify(trx, bench.deps, alarm({ to }))
      throw new Error('the ticket could not be written')
    })
    await expect(failing).rejects.toThrow('could not be written')
    expect(await bench.rows()).toEqual([])
  })

  it('finds the ways: preferences, relatives, units, robots, groups, devices', async () => {
    const shifts = [
      { days: [5], from: '08:00', to: '20:00', users: ['chen'] },
      { days: [4], from: '20:00', to: '08:00', users: ['li'] },
    ]
    const group = { communities: [], severities: [], users: ['wang'], shifts }
    bench = await startBench({
      channels,
      groups: [{ ...group, name: 'duty', channels: ['duty-robot'] }] as NotifySettings['groups'],
    })
    const wang = await bench.user('wang')
    await bench.user('chen', { unit: 'unit-1' })
    await bench.user('li')
    await bench.db
      .insertInto('notify_preferences')
      .values({
        user_id: wang,
        language: 'en',
        phone: '13800001111',
        email: null,
        channels: JSON.stringify({ texts: 'critical', mail: 'critical' }),
        quiet: null,
        minor_digest: null,
        updated_at: 0,
      })
      .execute()
    await put({
      to: [
        { kind: 'group', channel: 'duty' },
        { kind: 'unit', id: 'unit-1' },
        { kind: 'contact', id: 'con_1', name: '吴小妹', phone: '13900002222' },
        { kind: 'contact', id: 'con_2', name: '没有电话' },
        { kind: 'device', id: 'siren-1' },
      ],
    })
    const ways = (await bench.rows()).map(({ person, channel, address, state, reason }) =>
      [person, channel, address, reason ?? state].join(' '),
    )
    expect(ways.toSorted()).toEqual(
      [
        'contact:con_1 texts 13900002222 queued',
        'contact:con_2 none  no-channel',
        'device:demo/siren-1 device siren-1 queued',
        'group:duty-robot duty-robot  queued',
        'user:usr_chen screen  queued',
        'user:usr_wang screen  queued',
        'user:usr_wang mail  no-address',
        'user:usr_wang texts 13800001111 queued',
      ].toSorted(),
    )
  })

  it('leaves out what the person did not ask for at this severity', async () => {
    bench = await startBench({ channels })
    const id = await bench.user('wang')
    await bench.db
      .insertInto('notify_preferences')
      .values({
        user_id: id,
        language: 'zh',
        phone: '13800001111',
        email: null,
        channels: JSON.stringify({ texts: 'critical' }),
        quiet: null,
        minor_digest: null,
        updated_at: 0,
      })
      .execute()
    await put({ to: [{ kind: 'user', id }], severity: 'major' })
    expect((await bench.rows()).map(({ channel }) => channel)).toEqual(['screen'])
  })
})

describe('a ladder that has begun', () => {
  // Smoke with only sirens on its ladder must not go by unheard.
  it('leaves the plain word to those who work there where it reached none of them, and only there', async () => {
    bench = await startBench()
    const staff = await bench.user('wang')
    const grid = await bench.user('li', { role: 'grid' })
    await bench.user('elsewhere', { areas: ['other'] })
    const of = {
      community: 'demo',
      title: '厨房烟感报警',
      title_en: null,
      number: '1',
      place: null,
    }
    const ticket = (id: string) => ({ ...of, id, severity: 'critical' }) as TicketRow
    const siren = alarm({ incident: 'tkt_1', step: 'alarms', to: [{ kind: 'device', id: 's1' }] })
    const desk = alarm({ incident: 'tkt_2', step: 'desk', to: [{ kind: 'user', id: staff }] })
    await bench.transact(async (trx) => {
      for (const request of [siren, desk]) await notify(trx, bench.deps, request)
      for (const id of ['tkt_1', 'tkt_2', 'tkt_1'])
        await tellStaffUnlessTold(trx, bench.deps, ticket(id))
    })
    const told = async (incident: string) =>
      (await bench.rows(incident)).map(({ step, person }) => `${step} ${person}`)
    expect(await told('tkt_1')).toEqual([
      'alarms device:demo/s1',
      `opened user:${staff}`,
      `opened user:${grid}`,
    ])
    expect(await told('tkt_2')).toEqual([`desk user:${staff}`])
  })
})

describe('acknowledging and stopping', () => {
  it('stops what waits and what would be repeated, for everybody', async () => {
    bench = await startBench()
    const to = [
      { kind: 'user' as const, id: await bench.user('wang') },
      { kind: 'user' as const, id: await bench.user('chen') },
      { kind: 'user' as const, id: await bench.user('li') },
    ]
    const [first, second] = await put({ to })
    for (const id of [first, second]) {
      await bench.db
        .updateTable('notifications')
        .set({ state: 'sent', sent_at: noon, next_at: noon + 300_000 })
        .where('id', '=', id ?? '')
        .execute()
    }
    const by = { id: 'usr_wang', name: '王芳', at: noon + 1_000 }
    await bench.transact((trx) => acknowledge(trx, 'tkt_1', by))
    const rows = await bench.rows()
    expect(rows.map(({ state, next_at }) => [state, next_at])).toEqual([
      ['acknowledged', null],
      ['sent', null],
      ['suppressed', null],
    ])
    expect(rows.every(({ acknowledged_by }) => acknowledged_by === '王芳')).toBe(true)
  })

  it('tells the end to exactly those who were alarmed', async () => {
    bench = await startBench()
    const to = [
      { kind: 'user' as const, id: await bench.user('wang') },
      { kind: 'user' as const, id: await bench.user('chen') },
    ]
    const stranger = { kind: 'user' as const, id: await bench.user('li') }
    const [first, second] = await put({ to })
    await bench.db
      .updateTable('notifications')
      .set({ state: 'sent', sent_at: noon })
      .where('id', '=', first ?? '')
      .execute()
    await bench.db
      .updateTable('notifications')
      .set({ state: 'failed', next_at: null })
      .where('id', '=', second ?? '')
      .execute()
    await bench.transact(async (trx) => {
      await stopIncident(trx, 'tkt_1')
      await notify(trx, bench.deps, alarm({ kind: 'relief', step: 'closed', to: [stranger] }))
    })
    const reliefs = (await bench.rows()).filter(({ kind }) => kind === 'relief')
    expect(reliefs.map(({ person, answers }) => [person, answers])).toEqual([
      ['user:usr_wang', first],
    ])
  })
})

describe('the clock on the wall', () => {
  it('knows hours over midnight and the next time of a day', () => {
    bench = { close: async () => undefined } as Bench
    const wall = createWallClock('Asia/Shanghai')
    expect(wall.at(noon)).toEqual({ weekday: 5, minute: 720 })
    expect(within({ from: '22:00', to: '07:00' }, 23 * 60)).toBe(true)
    expect(within({ from: '22:00', to: '07:00' }, 6 * 60 + 59)).toBe(true)
    expect(within({ from: '22:00', to: '07:00' }, 7 * 60)).toBe(false)
    expect(within({ from: '00:00', to: '00:00' }, 0)).toBe(false)
    expect(wall.next(noon, 720)).toBe(noon + 86_400_000)
    expect(wall.next(noon + 1, 721)).toBe(noon + 60_000)
    // A day of 23 hours and one of 25.
    const berlin = createWallClock('Europe/Berlin')
    const spring = Date.UTC(2026, 2, 28, 12)
    expect(berlin.at(berlin.next(spring, 7 * 60)).minute).toBe(7 * 60)
    const autumn = Date.UTC(2026, 9, 24, 12)
    expect(berlin.at(berlin.next(autumn, 7 * 60)).minute).toBe(7 * 60)
  })
})
