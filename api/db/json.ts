/** JSON columns were written by us: the caller says what they hold. */
export const fromJson = (text: string): unknown => JSON.parse(text)
export const fromJsonOrNull = (text: string | null): unknown =>
  text === null ? null : fromJson(text)
export const toJsonOrNull = (value: unknown): string | null =>
  value === null || value === undefined ? null : JSON.stringify(value)
