import type { NotifyChannel, NotifySettings } from '../../../config/notify-schema.ts'
import { outgoingAddresses } from '../../../config/outgoing-address.ts'
import type { Clock } from '../../../contracts/clock.ts'
import { CodedError } from '../../../contracts/errors.ts'
import type { Channel } from './channel.ts'
import { createDingTalk } from './dingtalk.ts'
import { createEmail } from './email.ts'
import { createFeishu } from './feishu.ts'
import { type HttpCallOptions, createHttpCall } from './http-call.ts'
import { createSms } from './sms.ts'
import { createWeCom } from './wecom.ts'
import { createWebhook } from './webhook.ts'

/**
 * The configured channels by name. Throws `config.invalid` for what the schema cannot tell: two of one
 * name, a group that names no channel, a network that is none, mail in the clear that nobody accepted.
 */
export function buildChannels(
  settings: NotifySettings,
  deps: {
    readonly clock: Clock
    readonly outgoing?: Pick<HttpCallOptions, 'timeoutMs' | 'resolve'>
  },
): Map<string, Channel> {
  const addresses = outgoingAddresses(settings.allowedAddresses)
  const call = createHttpCall(addresses, deps.outgoing)
  const channels = new Map<string, Channel>()
  for (const channel of settings.channels) {
    if (channels.has(channel.name) || reserved.has(channel.name))
      throw invalid(`channel ${channel.name}: the name is taken`)
    channels.set(channel.name, build(channel))
  }
  for (const group of settings.groups) {
    const unknown = group.channels.find((name) => !channels.has(name))
    if (unknown !== undefined) throw invalid(`group ${group.name}: there is no channel ${unknown}`)
  }
  return channels

  function build(channel: NotifyChannel): Channel {
    switch (channel.kind) {
      case 'webhook':
        return createWebhook({ call, ...deps }, channel)
      case 'wecom':
        return createWeCom({ call }, channel)
      case 'dingtalk':
        return createDingTalk({ call, ...deps }, channel)
      case 'feishu':
        return createFeishu({ call, ...deps }, channel)
      case 'sms':
        return createSms({ call }, channel)
      case 'email':
        if (channel.security === 'none' && channel.plaintextAcceptedBy === undefined)
          throw invalid(`channel ${channel.name}: nobody accepted mail in the clear`)
        return createEmail(addresses, { ...channel, ...deps.outgoing })
    }
  }
}

const reserved: ReadonlySet<string> = new Set(['screen', 'device', 'none'])
const invalid = (what: string): CodedError => new CodedError('config.invalid', `notify: ${what}`)
