import { cp, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

/**
 * The built product in a folder that has no `../shared` beside it, as on a machine to which nobody
 * brought weights. Dependencies are linked, the rest is copied.
 */
export async function bareCheckout(): Promise<{ dir: string; remove(): Promise<void> }> {
  const parent = await mkdtemp(join(tmpdir(), 'linli-bare-'))
  const dir = join(parent, 'checkout')
  for (const name of ['dist', 'config', 'package.json'])
    await cp(join(root, name), join(dir, name), { recursive: true })
  await symlink(join(root, 'node_modules'), join(dir, 'node_modules'))
  return { dir, remove: () => rm(parent, { recursive: true, force: true, maxRetries: 3 }) }
}
