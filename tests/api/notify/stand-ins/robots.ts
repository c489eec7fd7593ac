import { createHmac } from 'node:crypto'
import { hourMs, minuteMs, secondMs } from '../../../../contracts/clock.ts'
import { type Heard, type Said, type StandIn, jsonBody, startHttp, textIn, window } from './http.ts'

export const token = 'a0b1c2d3-e4f5-6789-abcd-ef0123456789'
export const secret = 'SEC0f1e2d3c4b5a69788796a5b4c3d2e1f0'

type Clock = () => number

/** WeCom: key in the address, text of at most 2,048 bytes, 20 a minute. */
export function startWeCom(clock: Clock): Promise<StandIn> {
  const often = window(clock, minuteMs, 20)
  const no = (errcode: number, errmsg: string): Said => ({ json: { errcode, errmsg } })
  return startHttp((heard) => {
    if (heard.method !== 'POST' || heard.path !== '/cgi-bin/webhook/send') return lost
    if (heard.query.get('key') !== token) return no(93_000, 'invalid webhook url')
    if (often()) return no(45_009, 'api freq out of limit')
    const body = jsonBody(heard)
    if (body?.['msgtype'] !== 'text') return no(40_008, 'invalid message type')
    const text = textIn(body, 'text', 'content')
    if (text === '' || Buffer.byteLength(text) > 2_048)
      return no(40_058, 'text.content exceed max length 2048')
    return { json: { errcode: 0, errmsg: 'ok' }, shown: { text } }
  })
}

/** DingTalk: token in the address, signed, or guarded by a word; 20 a minute, then shut for ten. */
export function startDingTalk(
  clock: Clock,
  guard: { readonly secret?: string; readonly keyword?: string },
): Promise<StandIn> {
  const often = window(clock, minuteMs, 20)
  let shutUntil = 0
  const no = (errcode: number, errmsg: string): Said => ({ json: { errcode, errmsg } })
  return startHttp((heard) => {
    if (heard.method !== 'POST' || heard.path !== '/robot/send') return lost
    if (heard.query.get('access_token') !== token) return no(300_005, 'token is not exist')
    if (often()) shutUntil = clock() + 10 * minuteMs
    if (clock() < shutUntil) return no(130_101, 'send too fast, exceed 20 times per minute')
    if (guard.secret !== undefined) {
      const timestamp = Number(heard.query.get('timestamp') ?? Number.NaN)
      // Written so that NaN is refused as well.
      if (!(Math.abs(clock() - timestamp) <= hourMs)) return no(310_000, 'invalid timestamp')
      const wanted = createHmac('sha256', guard.secret)
        .update(`${timestamp}\n${guard.secret}`)
        .digest('base64')
      // Compared as it was written: a bare `+` or `/` in the address is not the signature.
      const written = /(?:^|&)sign=([^&]*)/.exec(heard.rawQuery)?.[1]
      if (written !== encodeURIComponent(wanted)) return no(310_000, 'sign not match')
    }
    const body = jsonBody(heard)
    if (body?.['msgtype'] !== 'text') return no(400_105, 'unsupported msgtype')
    const text = textIn(body, 'text', 'content')
    if (text === '') return no(40_035, 'missing text content')
    if (guard.keyword !== undefined && !text.includes(guard.keyword))
      return no(310_000, 'keywords not in content')
    return { json: { errcode: 0, errmsg: 'ok' }, shown: { text } }
  })
}

/** Feishu: token in the path, signature in the body, 100 a minute and 5 a second. */
export function startFeishu(clock: Clock): Promise<StandIn> {
  const minute = window(clock, minuteMs, 100)
  const second = window(clock, secondMs, 5)
  const no = (code: number, msg: string, status = 200): Said => ({
    status,
    json: { code, msg, data: {} },
  })
  return startHttp((heard) => {
    if (heard.method !== 'POST' || heard.path !== `/open-apis/bot/v2/hook/${token}`)
      return no(19_001, 'param invalid: incoming webhook access token invalid')
    const [tooManyAMinute, tooManyASecond] = [minute(), second()]
    if (tooManyAMinute || tooManyASecond) return no(11_232, 'frequency limited psm')
    const body = jsonBody(heard)
    if (body === null) return no(9_499, 'Bad Request', 400)
    if (!isSigned(body, clock()))
      return no(19_021, 'sign match fail or timestamp is not within one hour from current time')
    const text = textIn(body, 'content', 'text')
    if (body['msg_type'] !== 'text' || text === '') return no(9_499, 'Bad Request', 400)
    return {
      json: { StatusCode: 0, StatusMessage: 'success', code: 0, msg: 'success' },
      shown: { text },
    }
  })
}

/** The string to sign is the key, and nothing is signed with it. Seconds, as a string. */
function isSigned({ timestamp, sign }: Readonly<Record<string, unknown>>, now: number): boolean {
  if (typeof timestamp !== 'string' || !/^\d{10}$/.test(timestamp)) return false
  if (Math.abs(now - Number(timestamp) * secondMs) > hourMs) return false
  return sign === createHmac('sha256', `${timestamp}\n${secret}`).digest('base64')
}

const lost: Said = { status: 404, json: { errcode: 404, errmsg: 'not found' } }

/** The other end of our own webhook, as docs/NOTIFY.md tells people to write it. */
export function startWebhook(clock: Clock): Promise<StandIn> {
  const seen = new Set<string>()
  return startHttp((heard) => {
    if (heard.method !== 'POST' || heard.path !== '/hook') return lost
    const body = jsonBody(heard)
    if (body === null || !isOurs(heard, clock()))
      return { status: 401, json: { error: 'signature' } }
    const id = String(heard.headers['x-linli-id'])
    if (id !== body['id']) return { status: 400, json: { error: 'id' } }
    if (seen.has(id)) return { json: { seen: true } }
    seen.add(id)
    return { json: {}, shown: { id, text: `${String(body['title'])}\n${String(body['body'])}` } }
  })
}

function isOurs({ headers, body }: Heard, now: number): boolean {
  const timestamp = String(headers['x-linli-timestamp'])
  if (!(Math.abs(now - Number(timestamp)) <= 5 * minuteMs)) return false
  const wanted = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')
  return headers['x-linli-signature'] === `sha256=${wanted}`
}

/** A short message gateway as many are: HTTP 200 always, and a code in the answer that says what it meant. */
export function startSms(): Promise<StandIn> {
  const no = (code: string, message: string): Said => ({ json: { code, message } })
  return startHttp((heard) => {
    if (heard.method !== 'POST' || heard.path !== '/sms/send') return lost
    if (heard.headers['authorization'] !== `Bearer ${secret}`) return no('AUTH', 'bad key')
    const body = jsonBody(heard)
    const to = String(body?.['mobile'])
    if (!/^1[3-9]\d{9}$/.test(to)) return no('MOBILE', 'mobile number is illegal')
    const text = body?.['content']
    if (typeof text !== 'string' || text === '' || text.length > 500)
      return no('CONTENT', 'content')
    return { json: { code: 'OK', message: 'OK' }, shown: { text, to } }
  })
}
