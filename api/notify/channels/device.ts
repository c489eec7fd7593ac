import { CodedError } from '../../../contracts/errors.ts'
import type { CommandRequest, CommandOutcome } from '../../../contracts/private-api.ts'
import { type Speaker, findSpeaker } from '../../broadcast/speakers.ts'
import type { Voice } from '../../broadcast/voice.ts'
import type { Db } from '../../db/open.ts'
import type { Channel, Message, Outcome } from './channel.ts'

export interface DeviceChannelDeps {
  readonly db: Db
  readonly gateway: { command(request: CommandRequest): Promise<CommandOutcome> }
  readonly voice: Pick<Voice, 'tell'>
}

const ttlMs = 10_000
const sirenSeconds = 60

/** Sirens and loudspeakers, by way of the box. A siren that sounds an hour later helps nobody: no retries for long. */
export function createDeviceChannel({ db, gateway, voice }: DeviceChannelDeps): Channel {
  return {
    limits: [{ ms: 1_000, max: 50 }],
    async send(message) {
      const speaker = await findSpeaker(db, message.community, message.address ?? '')
      if (speaker !== null) return spokenBy(voice, speaker, message)
      const device = await db
        .selectFrom('devices')
        .select(['type', 'state'])
        .where('community', '=', message.community)
        .where('id', '=', message.address ?? '')
        .executeTakeFirst()
      if (device?.state !== 'approved' || device.type === 'speaker')
        return { kind: 'failed', code: 'no-device', detail: 'no such approved device' }
      try {
        return outcomeOf(await gateway.command(sirenCommand(message)))
      } catch (error) {
        if (!(error instanceof CodedError)) throw error
        const unreachable = error.code === 'gateway.unreachable'
        return { kind: unreachable ? 'retry' : 'failed', code: error.code, detail: error.message }
      }
    },
    close: async () => undefined,
  }
}

const sirenCommand = ({ community, address, incident }: Message): CommandRequest => ({
  community,
  device: address ?? '',
  ttlMs,
  name: 'siren.on',
  args: { seconds: sirenSeconds, incident },
})

async function spokenBy(
  voice: DeviceChannelDeps['voice'],
  speaker: Speaker,
  message: Message,
): Promise<Outcome> {
  const { outcome, error } = await voice.tell(speaker, {
    community: message.community,
    text: `${message.title}。${message.body}`,
    language: message.language,
    clip: null,
    priority: message.severity === 'critical' ? 'emergency' : 'notice',
    repeat: 1,
    broadcast: message.id,
  })
  if (outcome !== 'later') return outcomeOf({ outcome, error })
  return { kind: 'retry', code: 'gateway.unreachable', detail: error ?? '' }
}

function outcomeOf({ outcome, error }: Pick<CommandOutcome, 'outcome' | 'error'>): Outcome {
  switch (outcome) {
    case 'done':
      return { kind: 'delivered', detail: 'acknowledged by the device' }
    case 'refused':
      return { kind: 'failed', code: 'device-refused', detail: error ?? 'refused' }
    case 'expired':
      return { kind: 'failed', code: 'no-ack', detail: 'no answer in time' }
  }
}
