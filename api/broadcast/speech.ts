import { join } from 'node:path'
import { Value } from 'typebox/value'
import { Broadcast, type BroadcastSettings } from '../../config/broadcast-schema.ts'
import { type SoundLinks, createSoundLinks } from '../sounds/sound-links.ts'
import { type Sounds, createSounds } from '../sounds/sounds.ts'
import type { Random } from '../random.ts'
import { type Readiness, createReadiness } from './readiness.ts'
import { type BroadcastRetention, createBroadcastRetention } from './retention.ts'
import { type Voice, type VoiceDeps, createVoice, linkValidMs } from './voice.ts'

/** All that makes loudspeakers heard: sounds, the addresses to fetch them from, and who tells them. */
export interface Speech {
  readonly settings: BroadcastSettings
  readonly sounds: Sounds
  readonly links: SoundLinks
  readonly voice: Voice
  readonly retention: BroadcastRetention
  readonly readiness: Readiness
  /** Where loudspeakers reach this box; null where nobody knows. */
  readonly address: () => string | null
  close(): void
}

export interface SpeechOptions {
  readonly home: string
  readonly settings?: BroadcastSettings
  /** Where programs are looked for. */
  readonly searchPath?: string
  /** Where this box listens, as others on the network see it. */
  readonly address?: () => string | null
}

type Parts = Omit<Parameters<typeof createBroadcastRetention>[0], 'sounds'> &
  Pick<VoiceDeps, 'gateway'> & { readonly random: Random }

export function createSpeech(parts: Parts, options: SpeechOptions): Speech {
  const { searchPath = '/usr/local/bin:/usr/bin:/bin', address: listens = () => null } = options
  const { settings = Value.Default(Broadcast, {}) as BroadcastSettings } = options
  const sounds = createSounds(parts, { dir: join(options.home, 'sounds'), searchPath, settings })
  const links = createSoundLinks(parts, linkValidMs)
  const address = () => settings.address ?? listens()
  return {
    settings,
    sounds,
    links,
    address,
    voice: createVoice({ sounds, links, address, gateway: parts.gateway }),
    retention: createBroadcastRetention({ ...parts, sounds }, settings),
    readiness: createReadiness({ ...parts, sounds }),
    close: () => sounds.close(),
  }
}
