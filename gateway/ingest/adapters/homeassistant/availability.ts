import type { Availability } from './entity.ts'
import { StatePayload } from './entity-state.ts'

/** The last word on an availability topic, and when it came. */
export interface Word {
  readonly text: string
  readonly at: number
}

/** Null where nothing fitting has been heard: unknown is neither online nor offline. */
function availableBy(
  entry: Availability['topics'][number],
  word: Word | undefined,
): boolean | null {
  if (word === undefined) return null
  const text = new StatePayload(word.text).rendered(entry.template)
  if (text === entry.available) return true
  return text === entry.notAvailable ? false : null
}

/** Whether an entity is to be had, of what its availability topics said last. */
export function isAvailable(
  { mode, topics }: Availability,
  words: ReadonlyMap<string, Word>,
): boolean | null {
  if (mode === 'latest') {
    const heard = topics
      .map((entry) => ({
        word: words.get(entry.topic),
        is: availableBy(entry, words.get(entry.topic)),
      }))
      .filter(({ is }) => is !== null)
      .toSorted((a, b) => (a.word?.at ?? 0) - (b.word?.at ?? 0))
    return heard.at(-1)?.is ?? null
  }
  const each = topics.map((entry) => availableBy(entry, words.get(entry.topic)))
  const decisive = mode === 'any'
  if (each.includes(decisive)) return decisive
  return each.includes(null) ? null : !decisive
}
