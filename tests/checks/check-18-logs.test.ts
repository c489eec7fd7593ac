import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Sqlite } from '../../config/sqlite.ts'
import { type Product, startProduct } from '../support/product.ts'

const key = () => randomBytes(12).toString('hex')
/** What must be in no log, by what it is: each is used, and each way to fail that we can bring about is brought about. */
const planted: Record<string, string> = {
  wrongPassword: `wrong-${key()}`,
  rtspPassword: `cam-${key()}`,
  rtspOther: `other-${key()}`,
  robotToken: `robot-${key()}`,
  robotSecret: `SEC${key()}`,
  webhookSecret: `hook-${key()}`,
  smsKey: `sms-${key()}`,
  mailPassword: `mail-${key()}`,
  phone: '13912345678',
  relative: '13811112222',
  idCard: '310101194802295127',
  pin: '473920',
  sniffed: `sniffed-${key()}`,
}
const face = Array.from({ length: 128 }, (_, n) => Math.sin(n + 1) / 3)
const faceText = JSON.stringify(face)
const faceBytes = Buffer.from(Float32Array.from(face).buffer).toString('base64')
const forged = `{"level":60,"name":"gateway","msg":"forged ${key()}"}`

const config = `
log: { level: debug }
cameras: { allowedNetworks: [127.0.0.0/8] }
notify:
  allowedAddresses: [127.0.0.0/8]
  channels:
    - { name: hook, kind: webhook, url: 'http://127.0.0.1:9/hooks/${planted['robotToken']}', secret: '${planted['webhookSecret']}' }
    - { name: robot, kind: dingtalk, url: 'http://127.0.0.1:9/robot/send?access_token=${planted['robotToken']}', secret: '${planted['robotSecret']}' }
    - { name: texts, kind: sms, url: 'http://127.0.0.1:9/send?key=${planted['smsKey']}', body: '{"mobile":"{phone}"}' }
    - { name: mail, kind: email, host: 127.0.0.1, port: 9, security: none, plaintextAcceptedBy: this test,
        from: linli@example.org, username: linli, password: '${planted['mailPassword']}' }
  groups:
    - { name: everybody, channels: [hook, robot, texts, mail] }
`

describe('check 18: no log holds a secret, a number of a person or a face', () => {
  let home: string
  let product: Product
  let refused: string
  const attempt = (method: string, path: string, body?: unknown): Promise<unknown> =>
    product.call(method, path, body).catch((error: unknown) => String(error))
  const files = () => readdirSync(join(home, 'logs')).map((file) => join(home, 'logs', file))
  /** Everything that was written: the files of both processes, and what the parent showed. */
  const written = (): string =>
    [...files().map((file) => readFileSync(file, 'utf8')), product.output(), refused].join('\n')

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'linli-check-18-'))
    const good = join(home, 'linli.yaml')
    const bad = join(home, 'bad.yaml')
    writeFileSync(good, config)
    writeFileSync(bad, `${config}smsKey: ${planted['smsKey']}\n`)
    refused = await startProduct({ home, env: { LINLI_CONFIG: bad } }).then(
      () => 'it started',
      String,
    )
    product = await startProduct({ home, env: { LINLI_CONFIG: good }, readyWithinMs: 60_000 })
  }, 120_000)
  afterAll(async () => {
    await product?.close()
    rmSync(home, { recursive: true, force: true, maxRetries: 3 })
  })

  it('of both processes, whatever goes wrong', { timeout: 60_000 }, async () => {
    planted['adminPassword'] = product.adminPassword
    const { mqtt } = await product.call<{ mqtt: { username: string; password: string } }>(
      'POST',
      '/devices',
      { id: 'smoke-1', type: 'smoke' },
    )
    planted['devicePassword'] = mqtt.password
    const { key: apiKey } = await product.call<{ key: string }>('POST', '/api-keys', {
      name: 'reader',
      scopes: ['read'],
    })
    planted['apiKey'] = apiKey
    await signInWrongly()
    await camerasThatDoNotAnswer()
    await people()
    await overMqtt(mqtt)
    await insideErrors()
    // A ticket that goes to every channel, of which none is there.
    await attempt('POST', '/tickets', {
      title: `请回电 ${planted['phone']}`,
      category: 'public-safety',
      severity: 'critical',
    })
    await expect
      .poll(written, { timeout: 20_000 })
      .toMatch(/request failed[\s\S]*no such table|no such table[\s\S]*request failed/)
    await expect
      .poll(written, { timeout: 20_000 })
      .toMatch(/camera-0[\s\S]*video source stopped|source stopped/)
    // What goes wrong a moment later: the second try of a camera and of a channel.
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    const all = written()
    const found = Object.entries(planted).filter(([, secret]) => all.includes(secret))
    expect(found).toEqual([])
    for (const part of [faceText.slice(1, 60), faceBytes.slice(0, 60)])
      expect(all).not.toContain(part)
    everyLineIsOurs()
  })

  async function signInWrongly(): Promise<void> {
    const headers = { 'content-type': 'application/json' }
    for (const body of [
      { username: 'admin', password: planted['wrongPassword'] },
      { username: planted['wrongPassword'], password: 'x' },
      { username: 1, password: [planted['wrongPassword']] },
    ])
      await fetch(`${product.url}/api/v1/auth/login`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      })
    for (const [name, value] of [
      ['authorization', `Bearer ${planted['wrongPassword']}`],
      ['cookie', `linli_session=${planted['wrongPassword']}`],
    ] as const)
      await fetch(`${product.url}/api/v1/devices?token=${planted['wrongPassword']}`, {
        headers: { [name]: value },
      })
  }

  async function camerasThatDoNotAnswer(): Promise<void> {
    const sources = [
      `rtsp://admin:${planted['rtspPassword']}@127.0.0.1:9/1`,
      `rtsp://admin:p@${planted['rtspOther']}/x@127.0.0.1:9/1`,
      `rtsp://admin:p@x/${planted['rtspOther']}@127.0.0.1:9/1`,
      `rtsp://admin:12/${planted['rtspOther']}@127.0.0.1:9/1`,
      `http://admin:${planted['rtspPassword']}@127.0.0.1:9/a.jpg?token=${planted['robotToken']}`,
      `gopher://admin:${planted['rtspPassword']}@127.0.0.1/1`,
    ]
    for (const [n, source] of sources.entries())
      await attempt('POST', '/devices', { id: `camera-${n}`, type: 'camera', camera: { source } })
    await attempt('GET', '/cameras/camera-0/snapshot.jpg')
  }

  async function people(): Promise<void> {
    const { phone, relative, idCard, pin } = planted
    await attempt('POST', '/residents', { id: 'wang', name: `王建国 ${idCard}`, phone })
    await attempt('POST', '/residents/wang/contacts', { name: '王芳', phone: relative })
    await attempt('POST', '/residents/wang/contacts', { name: '王芳', phone: [relative, idCard] })
    await attempt('POST', '/residents/wang/faces', { template: face, picture: faceBytes })
    const holder = { kind: 'resident', id: 'wang' }
    await attempt('POST', '/credentials', { code: pin, kind: 'pin', holder })
    await attempt('POST', '/visitors', { name: '客人', phone, plate: '沪A12345', code: pin })
    await attempt('PUT', '/notify/preferences', { phone, email: 'x', channels: {} })
  }

  async function overMqtt(mqtt: { username: string; password: string }): Promise<void> {
    await connectAsync(product.mqttUrl, {
      ...mqtt,
      password: planted['wrongPassword'] ?? '',
      reconnectPeriod: 0,
    }).catch(() => undefined)
    const client = await connectAsync(product.mqttUrl, { ...mqtt, reconnectPeriod: 0 })
    const say = (leaf: string, body: unknown) =>
      client
        .publishAsync(
          `linli/v1/demo/smoke-1/${leaf}`,
          typeof body === 'string' ? body : JSON.stringify(body),
          { qos: 1 },
        )
        .catch(() => undefined)
    const { sniffed, phone, idCard } = planted
    await say('telemetry', `\n${forged}\n`)
    await say('telemetry', { ts: 1, seq: 1, values: { [`password=${sniffed}\n${forged}`]: phone } })
    await say('event', {
      id: 'e1',
      ts: Date.now(),
      type: `x\n${forged}`,
      data: { token: sniffed, phone, face },
    })
    await say('event', { id: idCard, ts: Date.now(), type: 'face', data: { embedding: faceBytes } })
    await say('info', { name: `\u001b[2J\r\n${forged}`, password: sniffed, phone })
    await client.publishAsync(`linli/v1/demo/other/telemetry`, `token=${sniffed}`, { qos: 0 })
    await client.endAsync(true)
  }

  /** A store that lost a table: a real failure deep inside, with the person in the statement. */
  async function insideErrors(): Promise<void> {
    const db = new Sqlite(join(home, 'api.db'))
    db.exec('drop table contacts')
    db.close()
    const { relative } = planted
    const answer = await attempt('POST', '/residents/wang/contacts', {
      name: '王芳',
      phone: relative,
    })
    expect(answer).toContain('500')
  }

  /** Nobody outside has written a line: each of a file is one object of ours, or words of Node. */
  function everyLineIsOurs(): void {
    const lines = files().flatMap((file) => readFileSync(file, 'utf8').trimEnd().split('\n'))
    expect(lines.length).toBeGreaterThan(10)
    expect(lines.filter((line) => line.startsWith('{"level":60'))).toEqual([])
    expect(lines.filter((line) => /[\p{Cc}\u2028\u2029]/u.test(line))).toEqual([])
  }
})
