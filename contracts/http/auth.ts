import Type, { type Static } from 'typebox'
import { Slug } from '../ids.ts'

export const roles = [
  'admin',
  'staff',
  'grid',
  'unit',
  'supervisor',
  'resident',
  'gateway',
] as const
export type Role = (typeof roles)[number]
export const Role = Type.Enum(roles)

/** `GET /auth/me`; an admin has every area. */
export const Account = Type.Object({
  id: Type.String(),
  username: Type.String(),
  name: Type.String(),
  role: Role,
  /** Communities (and later grids) that this person works in. */
  areas: Type.Array(Slug),
  unit: Type.Union([Type.String(), Type.Null()]),
  mustChangePassword: Type.Boolean(),
  /** Of an account of the role `resident`: who they are in the archive. */
  resident: Type.Optional(Type.Union([Type.String(), Type.Null()])),
})
export type Account = Static<typeof Account>

export const LoginBody = Type.Object({
  username: Type.String({ minLength: 1, maxLength: 64 }),
  password: Type.String({ minLength: 1, maxLength: 256 }),
})
/** Also sets the http-only cookie `linli_session`. */
export const LoginAnswer = Type.Object({ token: Type.String(), user: Account })
export type LoginAnswer = Static<typeof LoginAnswer>

/** `POST /auth/password` */
export const PasswordBody = Type.Object({
  old: Type.String({ maxLength: 256 }),
  new: Type.String({ minLength: 8, maxLength: 256 }),
})

/** `POST /users` by an admin; `GET /users`, `PATCH /users/{id}` with any of it. */
export const UserCreate = Type.Object({
  username: Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9._-]+$' }),
  name: Type.String({ minLength: 1, maxLength: 100 }),
  role: Role,
  areas: Type.Optional(Type.Array(Slug)),
  unit: Type.Optional(Type.String({ maxLength: 64 })),
  password: Type.String({ minLength: 8, maxLength: 256 }),
  /** Of a resident's account: their id in the archive; they may say for themselves that all is well. */
  resident: Type.Optional(Type.String({ maxLength: 128 })),
})
export type UserCreate = Static<typeof UserCreate>

export const apiKeyScopes = ['open311', 'intake', 'read', 'gateway', 'terminal'] as const
export const ApiKeyCreate = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 100 }),
  scopes: Type.Array(Type.Enum(apiKeyScopes), { minItems: 1 }),
})
export const ApiKeyAnswer = Type.Object({ id: Type.String(), key: Type.String() })
