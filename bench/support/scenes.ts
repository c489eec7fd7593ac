import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { mediaPath } from './media.ts'
import { normal, seeded } from './random.ts'

/** What one fixed camera sees: the empty scene with the noise of its sensor, and somebody who passes. */
export interface Scene {
  readonly still: readonly Buffer[]
  /** In the order of one passage. */
  readonly moving: readonly Buffer[]
}

export interface SceneOptions {
  readonly scenes: number
  readonly stillEach: number
  readonly movingEach: number
  readonly seed: number
}

const widthPx = 1_280
const heightPx = 720
const quality = 80
/** Standard deviation of the sensor's noise, grey levels. */
const noiseLevels = 1.5
/** A person or a car cut from a photograph: x, y, width, height of the photograph, 0..1. */
const passers = [
  { file: 'vehicles/yolox_dog.jpg', part: [0.6, 0.12, 0.31, 0.19] },
  { file: 'people/coco_000000000110.jpg', part: [0.1, 0.05, 0.45, 0.9] },
  { file: 'people/coco_000000000049.jpg', part: [0.5, 0.1, 0.4, 0.85] },
  { file: 'faces/compreface_003_A.jpg', part: [0.32, 0.1, 0.3, 0.9] },
] as const
const backgrounds = ['vehicles', 'groups', 'people', 'negatives'] as const

/**
 * Scenes of fixed cameras as 1280 x 720 JPEGs, composed of held photographs: every buffer carries noise of
 * its own, and what passes stands somewhere else in each of its frames.
 */
export async function composeScenes(options: SceneOptions): Promise<Scene[]> {
  const random = seeded(options.seed)
  const noise = noiseField(random)
  const files: string[] = []
  for (const folder of backgrounds) {
    const path = mediaPath(folder)
    const names = (await readdir(path)).filter((name) => name.endsWith('.jpg')).sort()
    files.push(...names.map((name) => join(path, name)))
  }
  const scenes: Scene[] = []
  for (let number = 0; number < options.scenes; number += 1) {
    const file = files[number % files.length] as string
    const ground = await sharp(await readFile(file))
      .resize(widthPx, heightPx, { fit: 'cover' })
      .removeAlpha()
      .toColourspace('srgb')
      .raw()
      .toBuffer()
    const passer = await cutPasser(number)
    const still: Buffer[] = []
    for (let i = 0; i < options.stillEach; i += 1) still.push(await encode(ground, noise, random))
    const moving: Buffer[] = []
    for (let i = 0; i < options.movingEach; i += 1) {
      const share = (i + 0.5) / options.movingEach
      const left = Math.round(share * (widthPx - passer.widthPx))
      const raw = { width: widthPx, height: heightPx, channels: 3 as const }
      const peopled = await sharp(ground, { raw })
        .composite([{ input: passer.png, left, top: heightPx - passer.heightPx - 40 }])
        .removeAlpha()
        .raw()
        .toBuffer()
      moving.push(await encode(peopled, noise, random))
    }
    scenes.push({ still, moving })
  }
  return scenes
}

async function cutPasser(number: number) {
  const { file, part } = passers[number % passers.length] as (typeof passers)[number]
  const picture = sharp(await readFile(mediaPath(file)))
  const { width, height } = await picture.metadata()
  const [x, y, w, h] = part
  const cut = picture.extract({
    left: Math.round(x * width),
    top: Math.round(y * height),
    width: Math.floor(w * width),
    height: Math.floor(h * height),
  })
  const { data, info } = await cut
    .resize({ height: 280, width: 420, fit: 'inside' })
    .png()
    .toBuffer({ resolveWithObject: true })
  return { png: data, widthPx: info.width, heightPx: info.height }
}

/** More than one picture long, so that each takes another stretch of it. */
function noiseField(random: () => number): Int8Array {
  const field = new Int8Array(widthPx * heightPx + 65_536)
  for (let i = 0; i < field.length; i += 1) field[i] = Math.round(noiseLevels * normal(random))
  return field
}

async function encode(pixels: Buffer, noise: Int8Array, random: () => number): Promise<Buffer> {
  const noisy = Buffer.from(pixels)
  const from = Math.floor(random() * 65_536)
  for (let at = 0, i = from; at < noisy.length; at += 3, i += 1) {
    const shift = noise[i] as number
    for (let c = at; c < at + 3; c += 1)
      noisy[c] = Math.min(255, Math.max(0, (noisy[c] as number) + shift))
  }
  const raw = { width: widthPx, height: heightPx, channels: 3 as const }
  return sharp(noisy, { raw }).jpeg({ quality }).toBuffer()
}

/** Frames of one passage, and of one period: somebody is there in a tenth of all frames. */
export const passageFrames = 3
export const periodFrames = 30

/**
 * Which picture of its scene a camera sends as its `frame`-th; cameras see their passers at different
 * times. Never the same picture twice in a row.
 */
export function pictureFor(
  { still, moving }: Scene,
  camera: number,
  frame: number,
): Buffer | undefined {
  const at = (frame + camera * 7) % periodFrames
  if (at < passageFrames && moving.length > 0) {
    const passage = Math.floor((frame + camera * 7) / periodFrames)
    return moving[(passage * passageFrames + at) % moving.length]
  }
  return still[(frame + camera) % still.length]
}
