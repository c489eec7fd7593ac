import { CodedError } from '../../contracts/errors.ts'
import { type Post, type PostCreate, postKinds } from '../../contracts/http/org.ts'
import { newId } from '../../contracts/ids.ts'
import { findUser } from '../auth/users.ts'
import type { Db, Trx } from '../db/open.ts'
import type { Random } from '../random.ts'

/** Of one unit; beyond that somebody has made a mistake. */
const postsMax = 1_000

/** Who holds which post in a unit now; with `history` who ever did, newest first. */
export async function postsOf(
  db: Db | Trx,
  unit: string,
  { now, history }: { readonly now: number; readonly history: boolean },
): Promise<Post[]> {
  let query = db
    .selectFrom('posts')
    .innerJoin('users', 'users.id', 'posts.user_id')
    .selectAll('posts')
    .select(['users.name as person_name', 'users.role as person_role'])
    .where('posts.unit', '=', unit)
  if (!history) {
    query = query.where((eb) => eb.or([eb('to_at', 'is', null), eb('to_at', '>', now)]))
  }
  const rows = await query.orderBy('posts.id', 'desc').limit(postsMax).execute()
  return rows.map((row) => ({
    id: row.id,
    unit: row.unit,
    person: { id: row.user_id, name: row.person_name, role: row.person_role },
    post: postKinds.find((kind) => kind === row.post) ?? 'member',
    from: row.from_at,
    to: row.to_at,
    by: row.by_name,
  }))
}

/** Gives a post. The same one twice is `conflict.exists`. */
export async function givePost(
  trx: Trx,
  random: Random,
  unit: string,
  body: PostCreate,
  { by, now }: { readonly by: string; readonly now: number },
): Promise<Post> {
  const user = await findUser(trx, body.user)
  if (user === null || user.disabled === 1 || user.role === 'resident' || user.role === 'gateway')
    throw new CodedError('request.invalid', `user ${body.user} can hold no post`)
  const held = (await postsOf(trx, unit, { now, history: false })).find(
    (post) => post.person.id === user.id && post.post === body.post,
  )
  if (held !== undefined) throw new CodedError('conflict.exists', `post ${held.id}`)
  const row = {
    id: newId('post', now, random),
    unit,
    user_id: user.id,
    post: body.post,
    from_at: body.from ?? now,
    to_at: null,
    by_name: by,
    created_at: now,
  }
  await trx.insertInto('posts').values(row).execute()
  return {
    id: row.id,
    unit,
    person: { id: user.id, name: user.name, role: user.role },
    post: body.post,
    from: row.from_at,
    to: null,
    by,
  }
}

/** Ends a post now; the row stays as history. Null where it is not held. */
export async function endPost(
  trx: Trx,
  unit: string,
  id: string,
  now: number,
): Promise<{ readonly user: string; readonly post: string } | null> {
  const row = await trx
    .selectFrom('posts')
    .selectAll()
    .where('id', '=', id)
    .where('unit', '=', unit)
    .where('to_at', 'is', null)
    .executeTakeFirst()
  if (row === undefined) return null
  await trx.updateTable('posts').set({ to_at: now }).where('id', '=', id).execute()
  return { user: row.user_id, post: row.post }
}
