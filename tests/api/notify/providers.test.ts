import { describe, expect, it } from 'vitest'
import { dayMs, hourMs, minuteMs, secondMs } from '../../../contracts/clock.ts'
import { connecting } from './stand-ins/connect.ts'
import type { Mischief } from './stand-ins/http.ts'
import { providers } from './stand-ins/providers.ts'
import { token } from './stand-ins/robots.ts'
import { impatient } from './stand-ins/through.ts'

const { connect } = connecting()

/** What this provider takes out of ours, with quotes, a line break and a sign of four bytes. */
const hard = {
  title: { zh: '厨房"烟感"报警🔥', en: '' },
  body: { zh: '3 栋 201\n第二行 a=b&c+d/\\', en: '' },
}

const patience = (mischief: Mischief) =>
  mischief === 'silent' || mischief === 'dripping' ? impatient : {}

describe.each(Object.entries(providers))('%s', (kind, { start, channel, options }) => {
  it('takes a message once, whole, and the receipt says so', async () => {
    const { provider, way } = await connect(start, channel, options)
    await way.send('tkt_1', { text: hard })
    expect(await way.attempts()).toMatchObject([{ ok: 1, code: 'ok' }])
    expect(await way.row()).toMatchObject({ state: 'sent', attempts: 1, reason: null })
    expect(provider.shown).toHaveLength(1)
    const text = provider.shown[0]?.text ?? ''
    // A short message has its title and its text in one line.
    expect(text.replace('🔥 3', '🔥\n3')).toBe(`${hard.title.zh}\n${hard.body.zh}`)
    // Neither the same step again nor time brings a second one.
    await way.send('tkt_1', { text: hard })
    await way.pass(hourMs)
    expect(provider.heard).toHaveLength(1)
  })

  it.each<[Mischief, string]>([
    ['broken', 'http-503'],
    ['too-many', 'http-429'],
    ['silent', 'timeout'],
    ['dripping', 'timeout'],
    ['reset', 'ECONNRESET'],
    ['endless', 'network'],
  ])('that is %s gets it later, once: %s', async (mischief, code) => {
    const { provider, way } = await connect(start, channel, { ...options, ...patience(mischief) })
    provider.mischief = mischief
    await way.send('tkt_1')
    expect(await way.row()).toMatchObject({ state: 'queued', attempts: 1 })
    expect(await way.attempts()).toMatchObject([{ ok: 0, code }])
    provider.mischief = 'none'
    await way.restart()
    await way.pass(5 * minuteMs)
    expect(await way.row()).toMatchObject({ state: 'sent', attempts: 2 })
    expect(provider.shown).toHaveLength(1)
  })

  it('that asks for two minutes is left alone for two minutes', async () => {
    const { provider, way } = await connect(start, channel, options)
    provider.mischief = 'too-many'
    await way.send('tkt_1')
    provider.mischief = 'none'
    await way.pass(119 * secondMs)
    expect(provider.heard).toHaveLength(1)
    await way.pass(secondMs)
    expect(provider.shown).toHaveLength(1)
  })

  it('that points elsewhere is not followed, and is not believed', async () => {
    const { provider, way } = await connect(start, channel, options)
    provider.mischief = 'redirect'
    await way.send('tkt_1')
    expect(provider.heard).toHaveLength(1)
    expect(await way.row()).toMatchObject({ state: 'failed', reason: 'redirect' })
    await way.pass(hourMs)
    expect(provider.heard).toHaveLength(1)
  })

  it('that is no longer there is tried until the message is too old, and not for ever', async () => {
    const { provider, way } = await connect(start, channel, options)
    await provider.close()
    await way.send('tkt_1')
    expect(await way.attempts()).toMatchObject([{ ok: 0, code: 'ECONNREFUSED' }])
    for (let n = 0; n < 3; n += 1) await way.pass(4 * hourMs)
    expect(await way.row()).toMatchObject({ state: 'queued' })
    await way.pass(dayMs)
    expect(await way.row()).toMatchObject({ state: 'expired', reason: 'too-late' })
  })

  it('inside is called only where the configuration allows it', async () => {
    const { provider, way } = await connect(start, channel, { ...options, allowedAddresses: [] })
    await way.send('tkt_1')
    expect(provider.heard).toEqual([])
    expect(await way.row()).toMatchObject({ state: 'failed', reason: 'address-refused' })
    const [attempt] = await way.attempts()
    expect(attempt?.detail).toContain('notify.allowedAddresses')
    // What a receipt says can be read by staff: no token, no address.
    expect(JSON.stringify(await way.attempts())).not.toContain(token)
  })

  if (kind !== 'webhook')
    it('whose answer is not its own has not taken the message', async () => {
      const { provider, way } = await connect(start, channel, options)
      provider.mischief = 'html'
      await way.send('tkt_1')
      const row = await way.row()
      if (kind === 'sms') expect(row).toMatchObject({ state: 'failed', reason: 'sms-refused' })
      else expect(row).toMatchObject({ state: 'queued', attempts: 1 })
      expect(await way.attempts()).toMatchObject([{ ok: 0 }])
    })
})
