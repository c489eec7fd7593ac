import { createHmac } from 'node:crypto'
import { type Clock, minuteMs, secondMs } from '../../../contracts/clock.ts'
import type { Channel, Outcome } from './channel.ts'
import { textOf } from './dingtalk.ts'
import type { CallHttp } from './http-call.ts'
import { jsonOf, refusedByStatus, shortened } from './http-outcome.ts'

/** 100 messages a minute and 5 a second [open.feishu.cn, custom bot usage guide]. */
const limits = [
  { ms: minuteMs, max: 100 },
  { ms: secondMs, max: 5 },
]
const tooOften = 11_232
/** Says a bad request as well as too many of them: only the words tell [open.feishu.cn]. */
const eitherWay = 9_499

export interface FeishuOptions {
  readonly url: string
  readonly secret?: string | undefined
  readonly keyword?: string | undefined
}

/**
 * The signature of a Feishu robot: `timestamp\nsecret` is the *key* and the message is empty, unlike
 * DingTalk's; base64. The timestamp is in seconds and may be an hour off.
 */
export const signFeishu = (secret: string, timestamp: number): string =>
  createHmac('sha256', `${timestamp}\n${secret}`).update('').digest('base64')

/** A custom bot of Feishu (飞书); the token stands in its address. */
export function createFeishu(
  deps: { readonly call: CallHttp; readonly clock: Clock },
  { url, secret, keyword }: FeishuOptions,
): Channel {
  return {
    limits,
    async send(message) {
      const timestamp = Math.floor(deps.clock() / secondMs)
      const signed =
        secret === undefined
          ? {}
          : { timestamp: String(timestamp), sign: signFeishu(secret, timestamp) }
      const content = { text: textOf(message, keyword) }
      const called = await deps.call({
        url,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...signed, msg_type: 'text', content }),
      })
      if ('refused' in called) return called.refused
      const { answer } = called
      // Refusals come as HTTP 400 with a code, too: the code says more.
      const coded = outcomeOf(answer.text)
      if (answer.status < 500 && answer.status !== 429 && coded !== null) return coded
      return (
        refusedByStatus(answer) ?? {
          kind: 'retry',
          code: 'no-answer',
          detail: shortened(answer.text),
        }
      )
    },
    close: async () => undefined,
  }
}

function outcomeOf(text: string): Outcome | null {
  const { code, StatusCode, msg } = jsonOf(text) ?? {}
  const number = code ?? StatusCode
  if (typeof number !== 'number') return null
  if (number === 0) return { kind: 'sent', detail: 'code 0' }
  const said = { code: `feishu-${number}`, detail: shortened(`${number} ${String(msg)}`) }
  const often = number === tooOften || (number === eitherWay && /too many/i.test(String(msg)))
  if (often) return { kind: 'retry', ...said, afterMs: minuteMs }
  return { kind: 'failed', ...said }
}
