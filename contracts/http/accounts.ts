import Type, { type Static } from 'typebox'
import { Account, ApiKeyCreate, UserCreate } from './auth.ts'

/** Item of `GET /users`. */
export const UserItem = Type.Object({ ...Account.properties, disabled: Type.Boolean() })
export type UserItem = Static<typeof UserItem>

/** `PATCH /users/{id}` */
export const UserPatch = Type.Object({
  ...Type.Partial(Type.Omit(UserCreate, ['username'])).properties,
  disabled: Type.Optional(Type.Boolean()),
})

/** Item of `GET /api-keys`; the key itself is shown once, on creation. */
export const ApiKeyItem = Type.Object({
  id: Type.String(),
  name: Type.String(),
  scopes: ApiKeyCreate.properties.scopes,
  createdAt: Type.Number(),
})
