import { zhBroadcast } from './zh/broadcast.ts'
import { zhCommon } from './zh/common.ts'
import { zhNames } from './zh/names.ts'
import { zhNotices } from './zh/notices.ts'
import { zhPeople } from './zh/people.ts'
import { zhPlaces } from './zh/places.ts'
import { zhTickets } from './zh/tickets.ts'

/** The source of all texts. */
export const zh = {
  ...zhCommon,
  ...zhTickets,
  ...zhPlaces,
  ...zhPeople,
  ...zhNames,
  ...zhNotices,
  ...zhBroadcast,
} as const

export type WordKey = keyof typeof zh
/** A language must have every key; a missing one is a type error. */
export type Words = Readonly<Record<WordKey, string>>
export type WordsOf<Source> = Readonly<Record<keyof Source, string>>

type SlotsIn<Text> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | SlotsIn<Rest>
  : never
/** What a text wants filled in: nothing, or one value per slot of the Chinese source. */
export type Fill<Key extends WordKey> = [SlotsIn<(typeof zh)[Key]>] extends [never]
  ? []
  : [Readonly<Record<SlotsIn<(typeof zh)[Key]>, string | number>>]

export const isWord = (key: string): key is WordKey => key in zh

export function fillIn(
  text: string,
  values: Readonly<Record<string, string | number>> = {},
): string {
  return text.replace(/\{([a-zA-Z0-9]+)\}/g, (_, name: string) => String(values[name] ?? ''))
}
