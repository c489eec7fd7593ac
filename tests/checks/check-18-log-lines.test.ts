import { randomBytes } from 'node:crypto'
import pino from 'pino'
import { describe, expect, it } from 'vitest'
import { cleanLine, logOptions } from '../../config/log-secrets.ts'

const phone = '13912345678'
const idCard = '310101194802295127'
const face = Array.from({ length: 128 }, (_, n) => Math.sin(n + 1) / 3)
const faceText = JSON.stringify(face)
const faceBytes = Buffer.from(Float32Array.from(face).buffer).toString('base64')
const forged = '{"level":60,"name":"gateway","msg":"forged"}'

/** The logger of both processes, writing to memory. */
function logged(say: (logger: pino.Logger) => void): string {
  let text = ''
  const sink = { write: (line: string) => void (text += line) }
  say(pino(logOptions('gateway', 'debug'), sink))
  return text
}

describe('check 18: a line of the log', () => {
  const secret = `S${randomBytes(12).toString('hex')}`
  const quoted = JSON.stringify({ password: secret, inner: JSON.stringify({ token: secret }) })

  it.each([
    [`rtsp://admin:${secret}@10.0.0.5/1 did not answer`, secret],
    [`rtsp://admin:p@ss/${secret}@10.0.0.5/1`, secret],
    [`https://u:${secret}@example.org/x and http://v:${secret}@h`, secret],
    [`POST https://oapi.dingtalk.com/robot/send?access_token=${secret}&x=1`, secret],
    [`https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=${secret}`, secret],
    [`https://open.feishu.cn/open-apis/bot/v2/hook/${secret}`, secret],
    [`authorization: Bearer ${secret}`, secret],
    [`Authorization: ${secret}`, secret],
    [`{"authorization":"Basic ${secret}"}`, secret],
    [`set-cookie: linli_session=${secret}; path=/`, secret],
    [`SQLITE_CONSTRAINT: ${quoted}`, secret],
    [`password=${secret} was refused`, secret],
    [`the PIN: 473920`, '473920'],
    [`-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----`, secret],
    [`call ${phone} now`, phone],
    [`call +86 139 1234 5678 now`, '1234 5678'],
    [`landline 021-62345678`, '62345678'],
    [`card ${idCard}`, idCard],
    [`face ${faceText}`, faceText.slice(1, 40)],
    [`face ${faceBytes}`, faceBytes.slice(0, 40)],
  ])('does not hold what it was given: %s', (text, secret) => {
    const error = Object.assign(new Error(text), { url: text, cause: new Error(text) })
    const line = logged((logger) => {
      logger.error({ err: error, text, deep: [{ list: [text] }] }, text)
      logger.child({ bound: text }).warn({ [text]: 1 }, '%s', text)
      logger.info({ raw: Buffer.from(text).toString('utf8') })
    })
    expect(line).not.toContain(secret)
    expect(line.trimEnd().split('\n')).toHaveLength(3)
    for (const one of line.trimEnd().split('\n')) expect(() => JSON.parse(one)).not.toThrow()
  })

  it('has no field that is one', () => {
    const fields = {
      password: secret,
      apiKey: secret,
      'x-api-key': secret,
      serviceToken: secret,
      cookie: [secret],
      headers: { authorization: secret },
      pin: secret,
      phone: secret,
      idCard: secret,
      face: { embedding: [secret] },
    }
    expect(logged((logger) => logger.error(fields, 'x'))).not.toContain(secret)
    const vectors = { a: face, b: Float32Array.from(face), c: { d: [face] } }
    expect(logged((logger) => logger.error(vectors, 'x'))).not.toMatch(/0\.\d{3}/)
  })

  it('keeps what finds a fault: ids, hashes, times, addresses, figures', () => {
    const said = {
      ticket: 'tkt_0mwogakg0fc0cf6e027975cee',
      sha256: '104ee26c71d5c270ce79a6b3dced91c91013260d29a6bf18f9296c5b8c4c2b12',
      at: 1_796_097_906_929,
      url: 'http://127.0.0.1:9/a?page=2',
      topic: 'linli/v1/demo/smoke-1/telemetry',
      keyframes: 12,
      tokensPerSecond: null,
      values: [1, 2.5, 3],
      uuid: '0b9c1c1e-6a57-4f2e-9b8e-0d5b8c0f3a11',
      code: 'ffmpeg.failed',
      msg: 'monkey: key frame 3 of 20, 13 of 2000 tickets, 2026-11-20T02:00:00.000Z',
    }
    const { msg, ...fields } = said
    expect(JSON.parse(logged((logger) => logger.info(fields, msg)))).toMatchObject(said)
  })

  it('is one line, whatever was put into it', () => {
    const evil = `a\r\n${forged}\u2028\u0085\u001b[2J\u202e\u0000`
    const text = logged((logger) => logger.warn({ name2: evil, [evil]: 1 }, evil))
    expect(text.trimEnd().split(/[\n\r\u0085\u2028\u2029]/)).toHaveLength(1)
    expect(text.trimEnd()).toMatch(/^[^\p{Cc}\u202a-\u202e]+$/u)
    expect(cleanLine('not json\u001b[2J\n')).toMatch(/^\{.*\}\n$/)
  })

  it('costs its length, also where somebody made it to cost more', () => {
    const parts = ['1 ', '1.1,', 'a://', '"password":"', 'password=', '\\"', 'eyJa.', '@', 'a', '-']
    const began = process.cpuUsage()
    for (const part of parts)
      logged((logger) => logger.warn({ text: part.repeat(100_000 / part.length) }))
    const { user, system } = process.cpuUsage(began)
    expect((user + system) / 1_000).toBeLessThan(3_000)
  })
})
