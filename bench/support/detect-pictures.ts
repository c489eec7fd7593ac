import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'

/** Folders of real photographs with people and vehicles beside the checkout. */
const folders = ['vehicles', 'people', 'groups'] as const

export const checkout = (): string =>
  fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../..' : '../../..', import.meta.url))

/** Real photographs as 1280 x 720 JPEGs of quality 80; null where there are none to be had. */
export async function benchPictures(count: number): Promise<Buffer[] | null> {
  const media = join(checkout(), '../shared/media')
  const files: string[] = []
  for (const folder of folders) {
    const names = await readdir(join(media, folder)).catch(() => [])
    files.push(
      ...names.filter((name) => name.endsWith('.jpg')).map((name) => join(media, folder, name)),
    )
  }
  if (files.length === 0) return null
  const pictures: Buffer[] = []
  for (let i = 0; i < count; i += 1) {
    const source = await readFile(files[i % files.length] as string)
    pictures.push(
      await sharp(source).resize(1280, 720, { fit: 'cover' }).jpeg({ quality: 80 }).toBuffer(),
    )
  }
  return pictures
}
