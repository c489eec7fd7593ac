/** JSON columns were written by us: they are trusted on the way back. */
export const fromJson = <T>(text: string): T => JSON.parse(text) as T
export const fromJsonOrNull = <T>(text: string | null): T | null =>
  text === null ? null : fromJson<T>(text)
export const toJsonOrNull = (value: unknown): string | null =>
  value === null || value === undefined ? null : JSON.stringify(value)
