import type { BroadcastPriority } from '../../contracts/http/broadcast.ts'
import type { Language } from '../../contracts/notify.ts'
import type { Sound } from '../sounds/sound-shelf.ts'
import { type BroadcastRow, textOf } from './broadcasts.ts'
import type { Utterance } from './voice.ts'

export const utteranceOf = (row: BroadcastRow, clip: Sound | null): Utterance => ({
  community: row.community,
  text: textOf(row),
  language: row.language as Language,
  clip,
  priority: row.priority as BroadcastPriority,
  repeat: row.times,
  broadcast: row.id,
})
