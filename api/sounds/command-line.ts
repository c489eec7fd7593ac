import { join } from 'node:path'
import type { Language } from '../../contracts/notify.ts'

export interface SpeechCommand {
  readonly argv: readonly string[]
  readonly input: string | null
  /** The file that it writes; null where the sound comes out of it. */
  readonly out: string | null
}

/**
 * The configured command with its blanks filled in. A text is never an option: one that begins with a
 * hyphen gets a space before it.
 */
export function commandLine(
  command: readonly string[],
  wanted: {
    readonly text: string
    readonly language: Language
    readonly voice: string
    readonly folder: string
  },
): SpeechCommand {
  // Pauses stay where a line ends; what is no letter is not for a program's arguments.
  const text = wanted.text.replaceAll(/\p{Cc}+/gu, ' ').trim()
  const out = join(wanted.folder, 'speech')
  const values: Readonly<Record<string, string>> = {
    '{text}': text.startsWith('-') ? ` ${text}` : text,
    '{lang}': wanted.language,
    '{voice}': wanted.voice,
    '{out}': out,
  }
  const has = (blank: string): boolean => command.some((part) => part.includes(blank))
  const argv = command.map((part) =>
    part.replaceAll(/\{(?:text|lang|voice|out)\}/g, (blank) => values[blank] ?? ''),
  )
  return {
    argv,
    input: has('{text}') ? null : `${text}\n`,
    out: has('{out}') ? out : null,
  }
}
