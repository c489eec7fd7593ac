import { CodedError } from '../../../contracts/errors.ts'
import type { CommandRequest, CommandOutcome } from '../../../contracts/private-api.ts'
import type { Db } from '../../db/open.ts'
import type { Channel, Message, Outcome } from './channel.ts'

export interface DeviceChannelDeps {
  readonly db: Db
  readonly gateway: { command(request: CommandRequest): Promise<CommandOutcome> }
}

const ttlMs = 10_000
const sirenSeconds = 60

/** Sirens and loudspeakers, by way of the box. A siren that sounds an hour later helps nobody: no retries for long. */
export function createDeviceChannel({ db, gateway }: DeviceChannelDeps): Channel {
  return {
    limits: [{ ms: 1_000, max: 50 }],
    async send(message) {
      const device = await db
        .selectFrom('devices')
        .select(['type', 'state'])
        .where('community', '=', message.community)
        .where('id', '=', message.address ?? '')
        .executeTakeFirst()
      if (device === undefined || device.state !== 'approved')
        return { kind: 'failed', code: 'no-device', detail: 'no such approved device' }
      try {
        return outcomeOf(await gateway.command(commandOf(message, device.type)))
      } catch (error) {
        if (!(error instanceof CodedError)) throw error
        const unreachable = error.code === 'gateway.unreachable'
        return { kind: unreachable ? 'retry' : 'failed', code: error.code, detail: error.message }
      }
    },
    close: async () => undefined,
  }
}

function commandOf(message: Message, type: string): CommandRequest {
  const to = { community: message.community, device: message.address ?? '', ttlMs }
  if (type === 'siren')
    return { ...to, name: 'siren.on', args: { seconds: sirenSeconds, incident: message.incident } }
  const text = `${message.title}。${message.body}`
  const priority = message.severity === 'critical' ? 'emergency' : 'notice'
  return { ...to, name: 'speaker.say', args: { text, lang: message.language, priority } }
}

function outcomeOf({ outcome, error }: CommandOutcome): Outcome {
  switch (outcome) {
    case 'done':
      return { kind: 'delivered', detail: 'acknowledged by the device' }
    case 'refused':
      return { kind: 'failed', code: 'device-refused', detail: error ?? 'refused' }
    case 'expired':
      return { kind: 'failed', code: 'no-ack', detail: 'no answer in time' }
  }
}
