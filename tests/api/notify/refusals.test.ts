import { describe, expect, it } from 'vitest'
import type { NotifyChannel } from '../../../config/notify-schema.ts'
import { dayMs, hourMs, minuteMs, secondMs } from '../../../contracts/clock.ts'
import { connecting } from './stand-ins/connect.ts'
import { type Said, type StandIn, startHttp } from './stand-ins/http.ts'
import { dingtalk, feishu, providers, sms, webhook, wecom } from './stand-ins/providers.ts'
import {
  secret,
  startDingTalk,
  startFeishu,
  startSms,
  startWebhook,
  startWeCom,
  token,
} from './stand-ins/robots.ts'
import { impatient } from './stand-ins/through.ts'

const { connect, bench } = connecting()

describe('too much for a robot', () => {
  it.each([
    ['wecom', 20],
    ['dingtalk', 20],
    ['feishu', 100],
  ] as const)('%s never hears more than %i a minute, and everything arrives', async (kind, max) => {
    const { start, channel } = providers[kind] ?? { start: startWeCom, channel: wecom }
    const { provider, way } = await connect(start, channel)
    for (let n = 0; n < 2 * max + 5; n += 1) await way.send(`tkt_${n}`)
    for (let n = 0; n < 200; n += 1) await way.pass(secondMs)
    expect(provider.shown).toHaveLength(2 * max + 5)
    // Ours keeps the limit by itself: nobody had to refuse anything.
    expect((await way.attempts()).filter(({ ok }) => ok === 0)).toEqual([])
  })

  it.each([
    ['wecom', 20, 'wecom-45009', minuteMs],
    ['dingtalk', 20, 'dingtalk-130101', 10 * minuteMs],
    ['feishu', 100, 'feishu-11232', minuteMs],
  ] as const)(
    '%s shared with others says no, and gets it later',
    async (kind, max, code, waits) => {
      const { start, channel } = providers[kind] ?? { start: startWeCom, channel: wecom }
      const { provider, way } = await connect(start, channel)
      const { url } = channel(provider.port) as { url: string }
      for (let n = 0; n <= max; n += 1) await fetch(url, { method: 'POST', body: '{}' })
      await way.send('tkt_1')
      expect(await way.row()).toMatchObject({ state: 'queued' })
      expect(await way.attempts()).toMatchObject([{ ok: 0, code }])
      const before = provider.heard.length
      await way.pass(waits - secondMs)
      expect(provider.heard).toHaveLength(before)
      await way.pass(2 * secondMs)
      expect(provider.shown).toHaveLength(1)
      expect(await way.row()).toMatchObject({ state: 'sent', attempts: 2 })
    },
  )
})

describe('signatures', () => {
  it('of DingTalk hold whatever signs of base64 come up', async () => {
    const { provider, way } = await connect((clock) => startDingTalk(clock, { secret }), dingtalk)
    for (let n = 0; n < 60; n += 1) {
      bench().time.now += 4_001
      await way.send(`tkt_${n}`)
    }
    const signs = provider.heard.map(({ query }) => query.get('sign') ?? '')
    expect(signs.some((sign) => sign.includes('+'))).toBe(true)
    expect(signs.some((sign) => sign.includes('/'))).toBe(true)
    expect(provider.shown).toHaveLength(60)
  })

  it.each<
    [string, (clock: () => number) => Promise<StandIn>, (port: number) => NotifyChannel, string]
  >([
    [
      'dingtalk',
      (clock) => startDingTalk(clock, { secret }),
      (port) => dingtalk(port, { secret: 'SECother' }),
      'dingtalk-310000',
    ],
    [
      'dingtalk unsigned',
      (clock) => startDingTalk(clock, { secret }),
      (port) => dingtalk(port, {}),
      'dingtalk-310000',
    ],
    ['feishu', startFeishu, (port) => feishu(port, 'other'), 'feishu-19021'],
    ['webhook', startWebhook, (port) => webhook(port, 'other'), 'http-401'],
  ])(
    '%s: a wrong secret fails at once, with the reason, and is not tried for ever',
    async (_kind, start, channel, reason) => {
      const { provider, way } = await connect(start, channel)
      await way.send('tkt_1')
      expect(await way.row()).toMatchObject({ state: 'failed', reason })
      await way.pass(dayMs)
      expect(provider.heard).toHaveLength(1)
      expect(provider.shown).toEqual([])
    },
  )

  it.each(['dingtalk', 'feishu'] as const)(
    'of %s are refused where the clock is two hours off',
    async (kind) => {
      const late = (): number => bench().time.now + 2 * hourMs
      const start =
        kind === 'feishu' ? startFeishu : (clock: () => number) => startDingTalk(clock, { secret })
      const { way } = await connect(() => start(late), kind === 'feishu' ? feishu : dingtalk)
      await way.send('tkt_1')
      expect(await way.row()).toMatchObject({
        state: 'failed',
        reason: kind === 'feishu' ? 'feishu-19021' : 'dingtalk-310000',
      })
      const [attempt] = await way.attempts()
      expect(attempt?.detail).toMatch(/timestamp/)
    },
  )
})

describe('what is in a message', () => {
  const long = { title: { zh: '很长', en: '' }, body: { zh: '烟🔥'.repeat(2_000), en: '' } }

  it('is cut for WeCom within its bytes, and not within a sign', async () => {
    const { provider, way } = await connect(startWeCom, wecom)
    await way.send('tkt_1', { text: long })
    const text = provider.shown[0]?.text ?? ''
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2_048)
    expect(text).toMatch(/^很长\n(烟🔥)+烟?…$/u)
  })

  it('names people at WeCom only where it is critical', async () => {
    const { provider, way } = await connect(startWeCom, wecom)
    await way.send('tkt_1')
    await way.send('tkt_2', { severity: 'critical' })
    const mentioned = provider.heard.map(
      ({ body }) =>
        (JSON.parse(body) as { text: { mentioned_list: string[] } }).text.mentioned_list,
    )
    expect(mentioned).toEqual([[], ['@all']])
  })

  it('begins with the word that guards a DingTalk robot', async () => {
    const { provider, way } = await connect(
      (clock) => startDingTalk(clock, { keyword: '邻里' }),
      (port) => dingtalk(port, { keyword: '邻里' }),
    )
    await way.send('tkt_1')
    expect(provider.shown[0]?.text).toMatch(/^邻里 /)
  })

  it('keeps its id at a webhook that has taken it and did not get to say so', async () => {
    const { provider, way } = await connect(startWebhook, webhook, impatient)
    provider.mischief = 'silent'
    await way.send('tkt_1')
    provider.mischief = 'none'
    await way.restart()
    await way.pass(5 * minuteMs)
    const ids = provider.heard.map(({ headers }) => headers['x-linli-id'])
    expect(ids).toHaveLength(2)
    expect(new Set(ids).size).toBe(1)
  })

  it('that Feishu cannot read is refused for good', async () => {
    const { provider, way } = await connect(startFeishu, feishu)
    // A bare title and body: nothing to show, which Feishu calls a bad request.
    await way.send('tkt_1', { text: { title: { zh: '', en: '' }, body: { zh: '', en: '' } } })
    expect(await way.row()).toMatchObject({ state: 'failed', reason: 'feishu-9499' })
    await way.pass(dayMs)
    expect(provider.heard).toHaveLength(1)
  })

  it('that Feishu calls one too many, under the number of a bad one, goes again', async () => {
    let calls = 0
    const rules = (): Said => {
      calls += 1
      return calls === 1
        ? { json: { code: 9_499, msg: 'too many request', data: {} } }
        : { json: { code: 0, msg: 'success' }, shown: { text: '' } }
    }
    const { way } = await connect(() => startHttp(rules), feishu)
    await way.send('tkt_1')
    await way.pass(minuteMs)
    expect(await way.row()).toMatchObject({ state: 'sent', attempts: 2 })
  })
})

describe('short messages', () => {
  it.each([
    ['a number that is none', '12345', secret, 'MOBILE'],
    ['a wrong key', '13800001111', 'wrong', 'AUTH'],
  ])('HTTP 200 is no success by itself: %s', async (_what, phone, key, code) => {
    const { provider, way } = await connect(startSms, (port) => sms(port, key), {
      address: { phone },
    })
    await way.send('tkt_1')
    expect(await way.row()).toMatchObject({ state: 'failed', reason: 'sms-refused' })
    const [attempt] = await way.attempts()
    expect(attempt?.detail).toContain(code)
    await way.pass(dayMs)
    expect(provider.heard).toHaveLength(1)
  })
})

describe('names', () => {
  it('are resolved once, and the connection goes to the address that was checked', async () => {
    const asked: string[] = []
    const resolve = async (host: string): Promise<readonly string[]> => {
      asked.push(host)
      // The second answer would be the metadata service of a cloud.
      return asked.length === 1 ? ['127.0.0.1'] : ['169.254.169.254']
    }
    const named = (port: number): NotifyChannel => ({
      ...(wecom(port) as Extract<NotifyChannel, { kind: 'wecom' }>),
      url: `http://robot.invalid:${port}/cgi-bin/webhook/send?key=${token}`,
    })
    const { provider, way } = await connect(startWeCom, named, {
      outgoing: { resolve },
    })
    await way.send('tkt_1')
    expect(provider.shown).toHaveLength(1)
    expect(provider.heard[0]?.headers['host']).toBe(`robot.invalid:${provider.port}`)
    expect(asked).toEqual(['robot.invalid'])
    await way.send('tkt_2')
    expect(provider.heard).toHaveLength(1)
    expect(await way.row('tkt_2')).toMatchObject({ state: 'failed', reason: 'address-refused' })
  })

  it('of which one address is forbidden are not called at all', async () => {
    const resolve = async (): Promise<readonly string[]> => ['127.0.0.1', '169.254.169.254']
    const named = (port: number): NotifyChannel => ({
      ...(wecom(port) as Extract<NotifyChannel, { kind: 'wecom' }>),
      url: `http://robot.invalid:${port}/cgi-bin/webhook/send?key=${token}`,
    })
    const { provider, way } = await connect(startWeCom, named, {
      outgoing: { resolve },
    })
    await way.send('tkt_1')
    expect(provider.heard).toEqual([])
    expect(await way.row()).toMatchObject({ state: 'failed', reason: 'address-refused' })
  })
})
