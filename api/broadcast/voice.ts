import { minuteMs, secondMs } from '../../contracts/clock.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { BroadcastPriority } from '../../contracts/http/broadcast.ts'
import type { Language } from '../../contracts/notify.ts'
import type { CommandOutcome, CommandRequest } from '../../contracts/private-api.ts'
import type { SoundLinks } from '../sounds/sound-links.ts'
import type { Sound } from '../sounds/sound-shelf.ts'
import type { Sounds } from '../sounds/sounds.ts'
import type { Speaker } from './speakers.ts'

/** What one loudspeaker is to be heard with. */
export interface Utterance {
  readonly community: string
  readonly text: string
  readonly language: Language
  /** In place of the text. */
  readonly clip: Sound | null
  readonly priority: BroadcastPriority
  readonly repeat: number
  /** By which it can be stopped. */
  readonly broadcast: string
}

export interface Told {
  readonly outcome: CommandOutcome['outcome'] | 'later'
  readonly error: string | null
  readonly way: 'play' | 'say' | null
}

export interface VoiceDeps {
  readonly sounds: Pick<Sounds, 'spoken'>
  readonly links: Pick<SoundLinks, 'address'>
  /** Where loudspeakers reach this box; null where nobody knows. */
  readonly address: () => string | null
  readonly gateway: { command(request: CommandRequest): Promise<CommandOutcome> }
}

export interface Voice {
  /** `still` is asked right before the command goes out: a sound takes its time to be made. */
  tell(speaker: Speaker, wanted: Utterance, still?: () => boolean): Promise<Told>
  stop(community: string, device: string, broadcast: string): Promise<Told>
}

const ttlMs = 20 * secondMs
/** How long a loudspeaker may fetch what it was told to play. */
export const linkValidMs = 10 * minuteMs
/** How a loudspeaker says that something more important is heard. */
const busy = 'busy'
const nothing = { error: null, way: null } as const

/**
 * Lets a loudspeaker be heard: one that plays is given a sound that the box has made, one that speaks by itself
 * the text. What cannot be made is spoken by the loudspeaker where it can, and the receipt says so.
 */
export function createVoice(deps: VoiceDeps): Voice {
  const command = async (
    request: Omit<CommandRequest, 'ttlMs'>,
    way: Told['way'],
    note: string | null,
  ): Promise<Told> => {
    try {
      const { outcome, error } = await deps.gateway.command({ ...request, ttlMs })
      if (outcome === 'refused' && error === busy) return { outcome: 'later', error, way }
      return { outcome, error: error ?? note, way }
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      const later = error.code === 'gateway.unreachable'
      return { outcome: later ? 'later' : 'refused', error: error.message, way }
    }
  }

  const say = (speaker: Speaker, wanted: Utterance, note: string | null): Promise<Told> => {
    const args = { text: wanted.text, ...argsOf(wanted) }
    const to = { community: wanted.community, device: speaker.id }
    return command({ ...to, name: 'speaker.say', args }, 'say', note)
  }

  async function play(speaker: Speaker, wanted: Utterance, sound: Sound): Promise<Told> {
    const base = deps.address()
    if (base === null) throw new CodedError('broadcast.no-address', 'broadcast.address is not set')
    const { community } = wanted
    const { sha256, bytes, durationMs } = sound
    const args = {
      url: deps.links.address(base, { sha256, community, device: speaker.id }),
      sha256,
      bytes,
      durationMs,
      type: 'audio/mpeg',
      ...(wanted.clip === null ? { text: wanted.text } : {}),
      ...argsOf(wanted),
    }
    return command({ community, device: speaker.id, name: 'speaker.play', args }, 'play', null)
  }

  return {
    async tell(speaker, wanted, still = () => true) {
      const plays = wanted.clip === null ? speaker.plays === true : speaker.plays !== false
      if (!plays && wanted.clip !== null)
        return { ...nothing, outcome: 'refused', error: 'it plays no clips' }
      if (!plays) return say(speaker, wanted, null)
      try {
        const sound = wanted.clip ?? (await deps.sounds.spoken(wanted.text, wanted.language))
        if (!still()) return { ...nothing, outcome: 'refused' }
        return await play(speaker, wanted, sound)
      } catch (error) {
        if (!(error instanceof CodedError)) throw error
        const why = `${error.code}: ${error.message}`
        if (wanted.clip !== null || speaker.says !== true)
          return { ...nothing, outcome: 'refused', error: why }
        return say(speaker, wanted, `spoken by itself, ${why}`)
      }
    },
    stop: (community, device, broadcast) =>
      command({ community, device, name: 'speaker.stop', args: { broadcast } }, null, null),
  }
}

const argsOf = ({ language, priority, repeat, broadcast }: Utterance) => ({
  lang: language,
  priority,
  repeat,
  broadcast,
})
