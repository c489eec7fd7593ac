import { createContext, useContext } from 'react'
import type { LocalText } from '../../../contracts/text.ts'
import { en } from './en/words.ts'
import { type Language, type TimeWords, timeWords } from './format.ts'
import { type Fill, fillIn, isWord, type WordKey, type Words, zh } from './words.ts'

export interface TextTools {
  readonly language: Language
  readonly t: <Key extends WordKey>(key: Key, ...values: Fill<Key>) => string
  readonly time: TimeWords
  /** The name of a detected class; unknown ones as the model says them. */
  readonly thing: (label: string) => string
  /** The name of a reading or of a type of device; unknown ones as the device says them. */
  readonly reading: (name: string) => string
  readonly deviceType: (type: string) => string
  /** A text of the server in the chosen language; English falls back to Chinese where none was written. */
  readonly local: (text: LocalText) => string
  readonly either: (zhText: string, enText: string | null) => string
  readonly setLanguage: (language: Language) => void
}

const dictionaries: Readonly<Record<Language, Words>> = { zh, en }

export function textTools(
  language: Language,
  setLanguage: (language: Language) => void,
): TextTools {
  const words = dictionaries[language]
  const named = (kind: 'thing' | 'reading' | 'type') => (name: string) => {
    const key = `${kind}.${name}`
    return isWord(key) ? words[key] : name
  }
  return {
    language,
    setLanguage,
    time: timeWords[language],
    t: (key, ...values) => fillIn(words[key], values[0]),
    thing: named('thing'),
    reading: named('reading'),
    deviceType: named('type'),
    local: (text) => text[language],
    either: (zhText, enText) => (language === 'en' ? (enText ?? zhText) : zhText),
  }
}

export const TextContext = createContext<TextTools | null>(null)

export function useText(): TextTools {
  const tools = useContext(TextContext)
  if (tools === null) throw new Error('invariant broken: no TextProvider above')
  return tools
}
