import { createHash } from 'node:crypto'
import type { BroadcastSettings } from '../../config/broadcast-schema.ts'
import { type Clock, dayMs } from '../../contracts/clock.ts'
import type { ErrorCode } from '../../contracts/errors.ts'
import type { Language } from '../../contracts/notify.ts'
import type { Db } from '../db/open.ts'
import { findProgram } from './find-program.ts'
import { type SoundMaker, createSoundMaker } from './sound-maker.ts'
import { type Sound, SoundShelf } from './sound-shelf.ts'

export interface Sounds extends Pick<SoundShelf, 'read' | 'storage' | 'sweep'> {
  /** A text as a sound; made once and kept while it is needed. */
  spoken(text: string, language: Language): Promise<Sound>
  /** What somebody has brought, in the one format of loudspeakers. */
  brought(bytes: Buffer): Promise<Sound>
  /** What is missing to speak, and to take in clips. */
  missing(): Promise<readonly ErrorCode[]>
  readonly stats: SoundMaker['stats']
  close(): void
}

export interface SoundsOptions {
  readonly dir: string
  readonly searchPath: string
  readonly settings: BroadcastSettings
}

/** Changes with what is made of a text, so that nobody hears an old making. */
const makingVersion = 1

/** What loudspeakers play: texts that were spoken, and clips, with a quota. */
export function createSounds(
  deps: { readonly db: Db; readonly clock: Clock },
  { dir, searchPath, settings }: SoundsOptions,
): Sounds {
  const shelf = new SoundShelf(deps, {
    dir,
    quotaBytes: settings.soundsMegabytesMax * 1_000_000,
    speechMs: settings.speechDays * dayMs,
  })
  const maker = createSoundMaker({ workDir: shelf.workDir, searchPath, settings })
  const making = new Map<string, Promise<Sound>>()
  const make = async (key: string, text: string, language: Language): Promise<Sound> =>
    (await shelf.spoken(key)) ?? shelf.put(await maker.speak(text, language), key)
  return {
    read: (sha256) => shelf.read(sha256),
    storage: () => shelf.storage(),
    sweep: () => shelf.sweep(),
    get stats() {
      return maker.stats
    },
    spoken(text, language) {
      const { command, voices } = settings.speech
      const words = JSON.stringify([makingVersion, command, voices[language], language, text])
      const key = createHash('sha256').update(words).digest('hex')
      // One making for all loudspeakers that wait for it.
      const made = making.get(key) ?? make(key, text, language).finally(() => making.delete(key))
      making.set(key, made)
      return made
    },
    brought: async (bytes) => shelf.put(await maker.bringIntoForm(bytes), null),
    async missing() {
      const [program = ''] = settings.speech.command
      const problems: ErrorCode[] = []
      if ((await findProgram(program, searchPath)) === null) problems.push('speech.missing')
      if ((await findProgram('ffmpeg', searchPath)) === null) problems.push('sound.no-ffmpeg')
      return problems
    },
    close: () => maker.close(),
  }
}
