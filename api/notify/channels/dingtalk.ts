import { createHmac } from 'node:crypto'
import { type Clock, minuteMs } from '../../../contracts/clock.ts'
import type { Channel, Message, Outcome } from './channel.ts'
import type { CallHttp } from './http-call.ts'
import { cutBytes, jsonOf, refusedByStatus, shortened } from './http-outcome.ts'

/** 20 messages a minute; above that the robot is shut for ten minutes [open.dingtalk.com, custom robots]. */
const limits = [{ ms: minuteMs, max: 20 }]
const textBytesMax = 16_000
const tooOften: ReadonlySet<number> = new Set([130_101, 410_100])
const busy: ReadonlySet<number> = new Set([-1])

export interface DingTalkOptions {
  readonly url: string
  readonly secret?: string | undefined
  readonly keyword?: string | undefined
}

/**
 * The signature of a DingTalk robot: HMAC-SHA256 under the secret of `timestamp\nsecret`, base64. The
 * timestamp is in ms and may be an hour off.
 */
export const signDingTalk = (secret: string, timestamp: number): string =>
  createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64')

/** A custom robot of DingTalk (钉钉); the token stands in its address. */
export function createDingTalk(
  deps: { readonly call: CallHttp; readonly clock: Clock },
  { url, secret, keyword }: DingTalkOptions,
): Channel {
  return {
    limits,
    async send(message) {
      const signed = new URL(url)
      if (secret !== undefined) {
        const timestamp = deps.clock()
        signed.searchParams.set('timestamp', String(timestamp))
        // Written into the address, `+` and `/` are escaped.
        signed.searchParams.set('sign', signDingTalk(secret, timestamp))
      }
      const called = await deps.call({
        url: signed.href,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ msgtype: 'text', text: { content: textOf(message, keyword) } }),
      })
      if ('refused' in called) return called.refused
      return refusedByStatus(called.answer) ?? outcomeOf(called.answer.text)
    },
    close: async () => undefined,
  }
}

/** A robot that is guarded by a word takes only what holds it. */
export function textOf({ title, body }: Message, keyword: string | undefined): string {
  const text = `${title}\n${body}`.trim()
  const named = keyword === undefined || text.includes(keyword) ? text : `${keyword} ${text}`
  return cutBytes(named, textBytesMax)
}

function outcomeOf(text: string): Outcome {
  const { errcode, errmsg } = jsonOf(text) ?? {}
  if (errcode === 0) return { kind: 'sent', detail: 'errcode 0' }
  if (typeof errcode !== 'number')
    return { kind: 'retry', code: 'no-answer', detail: shortened(text) }
  const said = { code: `dingtalk-${errcode}`, detail: shortened(`${errcode} ${String(errmsg)}`) }
  if (tooOften.has(errcode)) return { kind: 'retry', ...said, afterMs: 10 * minuteMs }
  return { kind: busy.has(errcode) ? 'retry' : 'failed', ...said }
}
