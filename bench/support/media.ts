import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { resolveDefaultModels, shippedModels } from '../../config/models.ts'
import { checkout } from './detect-pictures.ts'

export const sharedModels = (): string => join(checkout(), '../shared/models')

/** A held picture or video; throws where there is none. */
export function mediaPath(name: string): string {
  const path = join(checkout(), '../shared/media', name)
  if (!existsSync(path)) throw new Error(`needs ${name}: ../shared/media beside the checkout`)
  return path
}

/** Where the weights of a file name lie; throws where they are not. */
export async function weights(): Promise<(task: string, variant?: string) => string> {
  const found = await resolveDefaultModels(shippedModels(), [
    ...(process.env['LINLI_MODELS'] === undefined ? [] : [process.env['LINLI_MODELS']]),
    sharedModels(),
  ])
  return (task, variant) => {
    const one = found.find(
      ({ entry }) => entry.task === task && (variant === undefined || entry.variant === variant),
    )
    if (one?.path == null) throw new Error(`needs the weights for ${task}: linli models pull`)
    return one.path
  }
}

/**
 * Frames of a held video as 1920 x 1080 JPEGs (quality about 85) in `folder`, as their names; the picture
 * is enlarged to the height and centred, as a camera of that size would show it.
 */
export async function framesAt1080p(
  video: string,
  folder: string,
  { framesPerSecond, seconds }: { readonly framesPerSecond: number; readonly seconds: number },
): Promise<string[]> {
  const prefix = video.replaceAll(/\W/g, '-')
  const fit = 'scale=1920:1080:force_original_aspect_ratio=decrease,pad=1920:1080:-1:-1'
  const input = ['-v', 'error', '-i', mediaPath(video), '-t', String(seconds)]
  const output = [
    '-vf',
    `fps=${framesPerSecond},${fit}`,
    '-q:v',
    '4',
    join(folder, `${prefix}-%03d.jpg`),
  ]
  execFileSync('ffmpeg', [...input, ...output])
  const names = await readdir(folder)
  return names
    .filter((name) => name.startsWith(`${prefix}-`))
    .sort()
    .map((name) => join(folder, name))
}
