import Type, { type Static } from 'typebox'
import { Slug } from '../ids.ts'
import { commandNames } from '../payloads.ts'

/** `POST /commands/{device}`; answers CommandOutcome. Who, why and what are logged first. */
export const CommandBody = Type.Object({
  name: Type.Enum(commandNames),
  args: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  reason: Type.String({ minLength: 1, maxLength: 500, pattern: '\\S' }),
  community: Type.Optional(Slug),
  ttlMs: Type.Optional(Type.Integer({ minimum: 1_000, maximum: 60_000, default: 10_000 })),
})
export type CommandBody = Static<typeof CommandBody>
