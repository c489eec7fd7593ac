import Type, { type Static } from 'typebox'

/** A text that people read, Chinese first. */
export const LocalText = Type.Object({
  zh: Type.String({ maxLength: 4_000 }),
  en: Type.String({ maxLength: 4_000 }),
})
export type LocalText = Static<typeof LocalText>
