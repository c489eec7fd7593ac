import type { LocalText } from '../text.ts'

/** One coded error; `status` is the HTTP status where the error can be an answer, else null. */
export interface ErrorEntry {
  readonly status: number | null
  readonly title: LocalText
  readonly hint: LocalText
}

export const entry = (
  status: number | null,
  zh: string,
  en: string,
  hintZh: string,
  hintEn: string,
): ErrorEntry => ({ status, title: { zh, en }, hint: { zh: hintZh, en: hintEn } })
