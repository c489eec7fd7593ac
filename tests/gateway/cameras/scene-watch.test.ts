import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { describe, expect, test } from 'vitest'
import { glanceAt, greyOf } from '../../../detectors/glance.ts'
import { sceneStats } from '../../../detectors/scene-stats.ts'
import { JpegSplitter } from '../../../gateway/cameras/jpeg-splitter.ts'
import { type SceneState, SceneWatch } from '../../../gateway/cameras/scene-watch.ts'
import type { SceneStats } from '../../../gateway/model/vision.ts'
import { mulberry } from '../../detectors/support.ts'
import { needs, sharedDir } from '../../support/needs.ts'

const [width, height] = [640, 360]
const statsOf = async (picture: Sharp): Promise<SceneStats> =>
  sceneStats(greyOf((await glanceAt(await picture.jpeg({ quality: 85 }).toBuffer())).image))

/** A yard as a drawing: walls, windows, a path, bushes. */
function yard(seed = 1): string {
  const random = mulberry(seed)
  const shapes = Array.from({ length: 60 }, () => {
    const grey = Math.floor(40 + random() * 180)
    const [x, y] = [random() * width, random() * height]
    const [w, h] = [10 + random() * 90, 8 + random() * 60]
    return `<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="rgb(${grey},${grey},${grey})"/>`
  })
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">`
  return `${svg}<rect width="100%" height="100%" fill="#777"/>${shapes.join('')}</svg>`
}

async function noise(amplitude: number, mean: number, seed: number): Promise<Sharp> {
  const random = mulberry(seed)
  const data = Uint8Array.from({ length: width * height * 3 }, () =>
    Math.max(0, Math.min(255, mean + (random() - 0.5) * 2 * amplitude)),
  )
  return sharp(data, { raw: { width, height, channels: 3 } })
}
const fixed = async (picture: Sharp): Promise<Buffer> => picture.png().toBuffer()
const svgOver = (svg: string): Buffer =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${svg}</svg>`,
  )

interface Scene {
  readonly name: string
  readonly picture: Buffer
}
const drawn = async (): Promise<Scene> => ({
  name: 'a drawn yard',
  picture: await fixed(sharp(Buffer.from(yard()))),
})
const photographed = async (file: string): Promise<Scene> => ({
  name: file,
  picture: await fixed(
    sharp(join(sharedDir, 'media', file)).resize(width, height, { fit: 'cover' }),
  ),
})

/** Runs a day of one look a second through the watch: `usual` for a minute, then `then` for `seconds`. */
function play(usual: SceneStats, then: readonly SceneStats[], seconds: number) {
  const watch = new SceneWatch()
  let at = 0
  for (; at < 60_000; at += 1_000) expect(watch.look(usual, at)).toBe('ok')
  const said: SceneState[] = []
  for (let i = 0; i < seconds; i += 1, at += 1_000)
    said.push(watch.look(then[i % then.length] ?? usual, at))
  return { watch, said, at, firstAt: (state: SceneState) => said.indexOf(state) }
}

async function tricks({ picture }: Scene) {
  const base = () => sharp(picture)
  const shift = async (dx: number, dy: number) =>
    sharp(
      await base()
        .extend({ left: dx, top: dy, right: 0, bottom: 0, extendWith: 'mirror' })
        .png()
        .toBuffer(),
    ).extract({ left: 0, top: 0, width, height })
  return {
    usual: await statsOf(base()),
    covers: {
      lid: await statsOf(await noise(1, 4, 1)),
      paint: await statsOf(await noise(2, 190, 2)),
      hand: await statsOf(
        sharp(
          svgOver(
            '<defs><radialGradient id="g"><stop offset="0" stop-color="#a06a55"/>' +
              '<stop offset="1" stop-color="#7c4c3c"/></radialGradient></defs>' +
              '<rect width="100%" height="100%" fill="url(#g)"/>',
          ),
        ),
      ),
    },
    blurred: await statsOf(base().blur(14)),
    turned: {
      shifted: await statsOf(await shift(170, 60)),
      further: await statsOf(await shift(240, 130)),
      upsideDown: await statsOf(base().rotate(180)),
    },
    traps: {
      brighter: await statsOf(base().linear(1.5, 10)),
      darker: await statsOf(base().linear(0.45, 0)),
      infrared: await statsOf(base().greyscale().gamma(1.8).linear(0.8, 15)),
      headlights: await statsOf(
        base().composite([
          {
            input: svgOver(
              '<defs><radialGradient id="g"><stop offset="0" stop-color="#fff"/><stop offset="0.4" ' +
                'stop-color="#fff" stop-opacity="0.9"/><stop offset="1" stop-color="#fff" ' +
                'stop-opacity="0"/></radialGradient></defs><circle cx="260" cy="200" r="150" ' +
                'fill="url(#g)"/><circle cx="420" cy="200" r="150" fill="url(#g)"/>',
            ),
          },
        ]),
      ),
      lorry: await statsOf(
        base().composite([
          { input: svgOver('<rect x="0" y="60" width="420" height="300" fill="#c8c8d0"/>') },
        ]),
      ),
      rain: await statsOf(
        base().composite([
          {
            input: svgOver(
              Array.from({ length: 160 }, (_, i) => {
                const [x, y] = [(i * 97) % width, (i * 57) % height]
                return `<line x1="${x}" y1="${y}" x2="${x + 3}" y2="${y + 26}" stroke="#ddd" stroke-opacity="0.5" stroke-width="2"/>`
              }).join(''),
            ),
          },
        ]),
      ),
    },
  }
}

const scenes: (() => Promise<Scene>)[] = [drawn]
if (needs('shared-media')) {
  for (const photo of ['vehicles/coco_000000000064.jpg', 'vehicles/coco_000000000257.jpg'])
    scenes.push(() => photographed(photo))
  scenes.push(() => photographed('people/coco_000000000110.jpg'))
}

describe.each(scenes.map((make) => [make] as const))('a camera', (make) => {
  test('that is covered, defocused or turned is told after its hold time, and when it is over', async () => {
    const { usual, covers, blurred, turned } = await tricks(await make())
    for (const [name, stats] of Object.entries(covers)) {
      const { firstAt, watch, at } = play(usual, [stats], 90)
      const seconds = name === 'lid' ? 60 : 5
      expect(Math.abs(firstAt('covered') - seconds), name).toBeLessThanOrEqual(1)
      let now = at
      for (; now < at + 6_000; now += 1_000) watch.look(usual, now)
      expect(watch.look(usual, now), name).toBe('ok')
    }
    expect(Math.abs(play(usual, [blurred], 60).firstAt('defocused') - 20)).toBeLessThanOrEqual(1)
    for (const [name, stats] of Object.entries(turned)) {
      const { firstAt, said } = play(usual, [stats], 700)
      expect(Math.abs(firstAt('moved') - 20), name).toBeLessThanOrEqual(2)
      // After ten minutes the new view is the usual one.
      expect(said.at(-1), name).toBe('ok')
    }
  })

  test('stays silent for light, infrared, headlights, rain, a lorry, and somebody close for seconds', async () => {
    const { usual, covers, traps, turned } = await tricks(await make())
    for (const [name, stats] of Object.entries(traps))
      expect(new Set(play(usual, [stats], 120).said), name).toEqual(new Set(['ok']))
    expect(new Set(play(usual, [covers.hand, covers.hand, covers.hand, usual], 120).said)).toEqual(
      new Set(['ok']),
    )
    // A crowd: another picture at every look is no new view.
    const { shifted, further, upsideDown } = turned
    expect(new Set(play(usual, [shifted, further, upsideDown], 120).said)).toEqual(new Set(['ok']))
  })
})

test('dusk, a night with lamps, a night without, and dawn are no cover and no turn', async () => {
  const { picture } = await drawn()
  const watch = new SceneWatch()
  const said = new Set<SceneState>()
  let at = 0
  const grains = await Promise.all([1, 2, 3].map(async (seed) => fixed(await noise(6, 6, seed))))
  const look = async (share: number, seed: number): Promise<void> => {
    const dimmed = await fixed(sharp(picture).linear(share, 0))
    const grain = grains[seed % grains.length]
    const stats = await statsOf(sharp(dimmed).composite([{ input: grain, blend: 'add' }]))
    for (let i = 0; i < 60; i += 1, at += 1_000) said.add(watch.look(stats, at))
  }
  const dusk = Array.from({ length: 20 }, (_, i) => 0.8 ** i)
  for (const [i, share] of dusk.entries()) await look(share, i)
  // Four hours in which nothing can be seen.
  for (let i = 0; i < 4; i += 1) {
    await look(0, i)
    at += 59 * 60_000
  }
  for (const [i, share] of dusk.toReversed().entries()) await look(share, i)
  expect(said).toEqual(new Set(['ok']))
})

test('blank and dark for longer than any night is covered, however it began', () => {
  const black = { meanLuma: 3, contrast: 1, sharpness: 1, edges: new Uint8Array(32 * 18) }
  const watch = new SceneWatch()
  const said: SceneState[] = []
  for (let minute = 0; minute < 17 * 60; minute += 1) said.push(watch.look(black, minute * 60_000))
  expect(said.slice(0, 16 * 60).every((state) => state === 'ok')).toBe(true)
  expect(said.at(-1)).toBe('covered')
})

test.runIf(needs('shared-media') && needs('ffmpeg'))(
  'two minutes of people walking past a real camera are all well',
  async () => {
    const pictures: Buffer[] = []
    const video = join(sharedDir, 'media/videos/one-by-one-person-detection.mp4')
    const out = execFileSync(
      'ffmpeg',
      ['-v', 'error', '-i', video, '-vf', 'fps=1', '-f', 'image2pipe', '-c:v', 'mjpeg', '-'],
      { maxBuffer: 64 * 1024 * 1024 },
    )
    new JpegSplitter(4 * 1024 * 1024, (jpeg) => pictures.push(jpeg)).write(out)
    const watch = new SceneWatch()
    const said = new Set<SceneState>()
    for (const [second, picture] of pictures.entries())
      said.add(watch.look(await statsOf(sharp(picture)), second * 1_000))
    expect(pictures.length).toBeGreaterThan(120)
    expect(said).toEqual(new Set(['ok']))
  },
)
