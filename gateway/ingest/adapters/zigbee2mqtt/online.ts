import { parseJson } from '../../payload-text.ts'
import { isRecord } from '../shared/parse-value.ts'

/** JSON since 1.2x, plain text before. */
export function onlineOf(text: string): boolean | null {
  const parsed = parseJson(text)
  const word = isRecord(parsed) ? parsed['state'] : text.trim().replaceAll('"', '')
  if (word === 'online') return true
  return word === 'offline' ? false : null
}
