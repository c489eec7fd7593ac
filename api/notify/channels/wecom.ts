import type { Channel, Message, Outcome } from './channel.ts'
import type { CallHttp } from './http-call.ts'
import { cutBytes, jsonOf, refusedByStatus, shortened } from './http-outcome.ts'

/** 20 messages a minute; text at most 2,048 bytes [developer.work.weixin.qq.com/document/path/91770]. */
const limits = [{ ms: 60_000, max: 20 }]
const textBytesMax = 2_048
/** Too often: all of the robot is shut for the rest of the minute. */
const tooOften = 45_009
/** The system is busy. */
const busy: ReadonlySet<number> = new Set([-1])

export interface WeComOptions {
  readonly url: string
  readonly mention: readonly string[]
}

/** A group robot of WeCom (企业微信); the key stands in its address. */
export function createWeCom(
  deps: { readonly call: CallHttp },
  { url, mention }: WeComOptions,
): Channel {
  return {
    limits,
    async send(message) {
      const called = await deps.call({
        url,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(bodyOf(message, mention)),
      })
      if ('refused' in called) return called.refused
      return refusedByStatus(called.answer) ?? outcomeOf(called.answer.text)
    },
    close: async () => undefined,
  }
}

function bodyOf(message: Message, mention: readonly string[]) {
  const content = cutBytes(`${message.title}\n${message.body}`.trim(), textBytesMax)
  // Only text can name people; who is named gets a sound on the phone.
  const called = message.severity === 'critical' && message.kind !== 'relief' ? mention : []
  return { msgtype: 'text', text: { content, mentioned_list: called } }
}

function outcomeOf(text: string): Outcome {
  const { errcode, errmsg } = jsonOf(text) ?? {}
  if (errcode === 0) return { kind: 'sent', detail: 'errcode 0' }
  if (typeof errcode !== 'number')
    return { kind: 'retry', code: 'no-answer', detail: shortened(text) }
  const said = { code: `wecom-${errcode}`, detail: shortened(`${errcode} ${String(errmsg)}`) }
  if (errcode === tooOften) return { kind: 'retry', ...said, afterMs: 60_000 }
  return { kind: busy.has(errcode) ? 'retry' : 'failed', ...said }
}
