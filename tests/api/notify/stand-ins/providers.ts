import type { NotifyChannel } from '../../../../config/notify-schema.ts'
import type { StandIn } from './http.ts'
import {
  secret,
  startDingTalk,
  startFeishu,
  startSms,
  startWebhook,
  startWeCom,
  token,
} from './robots.ts'
import type { ThroughOptions } from './through.ts'

export const wecom = (port: number): NotifyChannel => ({
  name: 'robot',
  kind: 'wecom',
  url: `http://127.0.0.1:${port}/cgi-bin/webhook/send?key=${token}`,
  mention: ['@all'],
})
export const dingtalk = (port: number, more: object = { secret }): NotifyChannel => ({
  name: 'robot',
  kind: 'dingtalk',
  url: `http://127.0.0.1:${port}/robot/send?access_token=${token}`,
  ...more,
})
export const feishu = (port: number, key = secret): NotifyChannel => ({
  name: 'robot',
  kind: 'feishu',
  url: `http://127.0.0.1:${port}/open-apis/bot/v2/hook/${token}`,
  secret: key,
})
export const webhook = (port: number, key = secret): NotifyChannel => ({
  name: 'robot',
  kind: 'webhook',
  url: `http://127.0.0.1:${port}/hook`,
  secret: key,
})
export const sms = (port: number, key = secret): NotifyChannel => ({
  name: 'robot',
  kind: 'sms',
  method: 'POST',
  url: `http://127.0.0.1:${port}/sms/send`,
  headers: { 'Content-Type': 'application/json', Authorization: 'Bearer {secret}' },
  body: '{"mobile":"{phone}","content":"{text}"}',
  secret: key,
  success: 'status == 200 && json.code == "OK"',
  perMinute: 60,
})

const relative: ThroughOptions = { address: { phone: '13800001111' } }
export const providers: Readonly<
  Record<
    string,
    {
      start: (clock: () => number) => Promise<StandIn>
      channel: (port: number) => NotifyChannel
      options?: ThroughOptions
    }
  >
> = {
  wecom: { start: startWeCom, channel: wecom },
  dingtalk: { start: (clock) => startDingTalk(clock, { secret }), channel: dingtalk },
  feishu: { start: startFeishu, channel: feishu },
  webhook: { start: startWebhook, channel: webhook },
  sms: { start: startSms, channel: sms, options: relative },
}
