import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEmail, type EmailOptions } from '../../../api/notify/channels/email.ts'
import { notify } from '../../../api/notify/notify.ts'
import { outgoingAddresses } from '../../../config/outgoing-address.ts'
import type { NotifyChannel } from '../../../config/notify-schema.ts'
import { dayMs, hourMs, minuteMs } from '../../../contracts/clock.ts'
import {
  type KeyAndCertificate,
  makeAuthority,
  signServer,
} from '../../../gateway/supervisor/certificate.ts'
import {
  type SmtpMischief,
  type SmtpOptions,
  type SmtpStandIn,
  startSmtp,
} from './stand-ins/smtp.ts'
import { type Through, type ThroughOptions, impatient, through } from './stand-ins/through.ts'
import { type Bench, alarm, senderOn, startBench } from './support.ts'

const account = { user: 'linli', password: 'a "quoted" 密码' }
type Mail = Extract<NotifyChannel, { kind: 'email' }>
const channel = (port: number, more: Partial<Mail> = {}): Mail => ({
  name: 'mail',
  kind: 'email',
  host: '127.0.0.1',
  port,
  security: 'none',
  plaintextAcceptedBy: 'this test',
  username: account.user,
  password: account.password,
  from: 'Linli <linli@example.org>',
  perMinute: 60,
  ...more,
})
const to = (email: string): ThroughOptions => ({ address: { email } })

let bench: Bench
let server: SmtpStandIn
let way: Through
const open: { close(): Promise<void> }[] = []

beforeEach(async () => {
  bench = await startBench()
})
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

async function connect(
  smtp: SmtpOptions,
  options: ThroughOptions,
  more: Partial<Mail> = {},
): Promise<void> {
  server = await startSmtp(smtp)
  way = await through(bench, channel(server.port, more), options)
  open.push(way, server)
}

/** Header of a mail, unfolded; what is encoded stays so. */
const header = (raw: string, name: string): string | undefined =>
  new RegExp(`^${name}: (.*)$`, 'im').exec(
    raw.replaceAll(/\r\n[ \t]/g, ' ').split('\r\n\r\n')[0] ?? '',
  )?.[1]
const bodyOf = (raw: string): string => {
  const [head = '', ...rest] = raw.split('\r\n\r\n')
  const body = rest.join('\r\n\r\n')
  if (/base64/i.test(header(head, 'Content-Transfer-Encoding') ?? ''))
    return Buffer.from(body, 'base64').toString('utf8')
  const bytes = body
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

describe('mail', () => {
  it('goes out once, signed in, with its id, and the receipt says so', async () => {
    await connect({ account }, to('fang@example.org'))
    await way.send('tkt_1')
    await way.pass(hourMs)
    expect(server.mails).toHaveLength(1)
    const [mail] = server.mails
    expect(mail).toMatchObject({ to: 'fang@example.org', from: 'linli@example.org', user: 'linli' })
    const row = await way.row()
    expect(row).toMatchObject({ state: 'sent', attempts: 1 })
    expect(header(mail?.raw ?? '', 'Message-ID')).toBe(`<${row.id}@linli>`)
    expect(header(mail?.raw ?? '', 'Auto-Submitted')).toBe('auto-generated')
    expect(bodyOf(mail?.raw ?? '')).toContain('3 栋 201')
    expect((await way.attempts())[0]?.detail).toContain('queued as 1')
  })

  it('takes no line of a text for a header or for the end of the mail', async () => {
    await connect({ account }, to('fang@example.org'))
    const zh = '烟感\r\nBcc: everybody@example.org\r\n\r\nhello'
    await way.send('tkt_1', {
      text: {
        title: { zh, en: '' },
        body: { zh: 'a\r\n.\r\nRCPT TO:<everybody@example.org>', en: '' },
      },
    })
    expect(server.mails).toHaveLength(1)
    expect(server.commands.filter((line) => /^RCPT/i.test(line))).toEqual([
      'RCPT TO:<fang@example.org>',
    ])
    expect(header(server.mails[0]?.raw ?? '', 'Bcc')).toBeUndefined()
  })

  it('to somebody who is not there fails for good, with the words of the server', async () => {
    await connect({ account }, to('nobody@example.org'))
    await way.send('tkt_1')
    expect(await way.row()).toMatchObject({ state: 'failed', reason: 'smtp-550' })
    expect((await way.attempts())[0]?.detail).toContain('no such user here')
    const heard = server.commands.length
    await way.pass(dayMs)
    expect(server.commands).toHaveLength(heard)
  })

  it('that is put off alone comes again, and the others go past it', async () => {
    await connect({ account }, to('later@example.org'))
    await way.send('tkt_1')
    expect(await way.row()).toMatchObject({ state: 'queued', attempts: 1 })
    const other = { kind: 'contact', id: 'son', name: '王强', email: 'qiang@example.org' } as const
    await way.send('tkt_2', { to: [other] })
    expect(server.mails.map(({ to: who }) => who)).toEqual(['qiang@example.org'])
    for (let n = 0; n < 30; n += 1) await way.pass(6 * minuteMs)
    expect(await way.row()).toMatchObject({ state: 'failed', reason: 'smtp-451', attempts: 20 })
  })

  it('with a wrong password waits for the right one, a day at most', async () => {
    await connect({ account }, to('fang@example.org'), { password: 'wrong' })
    await way.send('tkt_1')
    expect(await way.attempts()).toMatchObject([{ ok: 0, code: 'smtp-auth' }])
    expect(await way.row()).toMatchObject({ state: 'queued' })
    expect(JSON.stringify(await way.attempts())).not.toContain('wrong')
    await way.pass(dayMs + hourMs)
    expect(await way.row()).toMatchObject({ state: 'expired', reason: 'too-late' })
    expect(server.mails).toEqual([])
  })

  it.each<[SmtpMischief, string]>([
    ['busy', 'smtp-421'],
    ['silent', 'ETIMEDOUT'],
    ['dripping', 'timeout'],
    ['reset', 'ESOCKET'],
  ])('to a server that is %s goes out later, once: %s', async (mischief, code) => {
    const slow = mischief === 'silent' || mischief === 'dripping'
    await connect({ account }, { ...to('fang@example.org'), ...(slow ? impatient : {}) })
    server.mischief = mischief
    await way.send('tkt_1')
    expect(await way.attempts()).toMatchObject([{ ok: 0, code }])
    expect(await way.row()).toMatchObject({ state: 'queued', attempts: 1 })
    server.mischief = 'none'
    await way.restart()
    await way.pass(5 * minuteMs)
    expect(await way.row()).toMatchObject({ state: 'sent', attempts: 2 })
    expect(server.mails).toHaveLength(1)
    await expect.poll(() => server.open()).toBe(0)
  })

  it('to a server that takes no mail fails, with the reason', async () => {
    await connect({ account }, to('fang@example.org'))
    server.mischief = 'shut'
    await way.send('tkt_1')
    expect(await way.row()).toMatchObject({ state: 'failed', reason: 'smtp-554' })
  })

  it('is sent inside only where the configuration allows it', async () => {
    await connect({ account }, { ...to('fang@example.org'), allowedAddresses: [] })
    await way.send('tkt_1')
    expect(await way.row()).toMatchObject({ state: 'failed', reason: 'address-refused' })
    expect(server.commands).toEqual([])
  })

  it('goes to the address that was checked', async () => {
    const asked: string[] = []
    const resolve = async (host: string): Promise<readonly string[]> => {
      asked.push(host)
      return asked.length === 1 ? ['127.0.0.1'] : ['169.254.169.254']
    }
    const options = { ...to('fang@example.org'), outgoing: { resolve } }
    await connect({ account }, options, { host: 'mail.invalid' })
    await way.send('tkt_1')
    expect(asked).toEqual(['mail.invalid'])
    expect(server.mails).toHaveLength(1)
    await way.send('tkt_2')
    expect(await way.row('tkt_2')).toMatchObject({ state: 'failed', reason: 'address-refused' })
  })

  it('in the clear needs somebody who accepted it', async () => {
    const { plaintextAcceptedBy: _accepted, ...clear } = channel(25)
    const made = through(bench, clear)
    await expect(made).rejects.toMatchObject({ code: 'config.invalid' })
    open.push(bench)
  })
})

describe('mail under TLS', () => {
  let authority: KeyAndCertificate
  let certificate: KeyAndCertificate
  beforeAll(async () => {
    authority = await makeAuthority('mail authority', Date.now())
    certificate = await signServer(authority, ['mail.invalid'], Date.now())
  })

  async function send(more: Partial<EmailOptions>, smtp: SmtpOptions): Promise<void> {
    const tls = { key: certificate.keyPem, cert: certificate.certificatePem }
    server = await startSmtp({ account, tls, ...smtp })
    const mail = createEmail(outgoingAddresses(['127.0.0.0/8']), {
      ...channel(server.port),
      host: 'mail.invalid',
      resolve: async () => ['127.0.0.1'],
      ca: authority.certificatePem,
      ...more,
    })
    Object.assign(bench.deps.settings, { channels: [channel(server.port)] })
    const sender = senderOn(bench, { mail })
    open.push(sender, server, bench)
    const contact = { kind: 'contact', id: 'd', name: '王芳', email: 'fang@example.org' } as const
    await bench.transact((trx) =>
      notify(trx, bench.deps, alarm({ severity: 'major', to: [contact] })),
    )
    await sender.settle()
  }
  const code = async (): Promise<string | undefined> =>
    (await bench.db.selectFrom('notification_attempts').select('code').executeTakeFirst())?.code

  it.each(['tls', 'starttls'] as const)(
    '%s: the certificate is checked by name',
    async (security) => {
      await send({ security }, { implicit: security === 'tls' })
      expect(server.mails).toMatchObject([{ encrypted: true, user: 'linli' }])
      expect(await code()).toBe('ok')
    },
  )

  it.each(['tls', 'starttls'] as const)(
    '%s: another name or an unknown authority gets nothing',
    async (security) => {
      await send({ security, host: 'other.invalid' }, { implicit: security === 'tls' })
      expect(server.mails).toEqual([])
      expect(server.commands).not.toContain('AUTH')
      expect((await bench.rows('tkt_1')).map(({ state }) => state)).toEqual(['queued'])
    },
  )

  it('starttls: a server that does not offer it is told nothing', async () => {
    await send({ security: 'starttls' }, { tls: null })
    expect(server.mails).toEqual([])
    expect(server.commands).not.toContain('AUTH')
    expect((await bench.rows('tkt_1')).map(({ state }) => state)).toEqual(['queued'])
  })
})
