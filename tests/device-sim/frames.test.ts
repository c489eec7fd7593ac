import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { eyes } from '../../device-sim/community/catalog.ts'
import { faceTerminal } from '../../device-sim/community/entrances.ts'
import { createCameraPlayer } from '../../device-sim/frames/camera-player.ts'
import { approach, splitJpegs } from '../../device-sim/frames/clips.ts'
import { renderFilms } from '../../device-sim/frames/film.ts'
import { findMedia } from '../../device-sim/frames/media.ts'
import type { Film } from '../../device-sim/frames/scene.ts'
import { createRandom } from '../../device-sim/random.ts'
import { lookForNeeds, type Need } from '../../device-sim/scenario/needs.ts'
import { script } from '../../device-sim/scenario/script.ts'
import { fixTruth } from '../../device-sim/scenario/truth.ts'
import { needs, sharedDir } from '../support/needs.ts'

const quiet = { given: new Set<Need>(), log: () => undefined }

async function checkFilms(films: ReadonlyMap<string, Film>): Promise<void> {
  expect([...films.keys()].sort()).toEqual(eyes.map(({ id }) => id).sort())
  for (const [id, film] of films) {
    expect(film.has('quiet')).toBe(true)
    for (const [scene, { jpegs }] of film) {
      const [first] = jpegs
      if (first === undefined) throw new Error(`${id} has an empty scene ${scene}`)
      const { format, width, height } = await sharp(first).metadata()
      expect(format).toBe('jpeg')
      // Clips and photographs come as they are.
      if (scene === 'quiet') expect([width, height]).toEqual([1280, 720])
      expect(first.length).toBeGreaterThan(10_000)
      expect(first.length).toBeLessThan(600_000)
      // A picture that comes twice in a row would be a frozen camera.
      for (const [index, jpeg] of jpegs.entries())
        expect(jpegs[index - 1]?.equals(jpeg), `${id} ${scene}`).not.toBe(true)
    }
  }
}

/** Mean red where the white car's hood is when it is parked. `stats` looks at the input, so cut first. */
async function hoodBrightness(jpeg: Buffer | undefined): Promise<number> {
  const hood = { left: 690, top: 520, width: 90, height: 30 }
  const cut = await sharp(jpeg).extract(hood).png().toBuffer()
  return (await sharp(cut).stats()).channels[0]?.mean ?? 0
}

test('without photographs every camera has drawn frames, and no car is promised', async () => {
  const films = await renderFilms({ media: null, ...quiet })
  await checkFilms(films)
  expect(films.get('cam-lane')?.has('blocked')).toBe(false)
  expect(films.get('cam-door-8-1')?.has('visitor')).toBe(true)
  expect(films.get('cam-hall-6-2')?.has('covered')).toBe(true)
})

test.runIf(needs('shared-media') && needs('shared-models'))(
  'with photographs the lane shows a real car, and every scene that the play shows is there',
  async () => {
    const media = findMedia(join(sharedDir, 'media'))
    const modelFolders = [join(sharedDir, 'models')]
    const given = lookForNeeds({ modelFolders, media, testMode: true, fresh: true })
    expect(given.has('face-weights') && given.has('plate-weights')).toBe(true)
    const films = await renderFilms({ media, given, log: () => undefined })
    await checkFilms(films)
    const lane = films.get('cam-lane')
    const [empty, blocked] = [lane?.get('quiet')?.jpegs[0], lane?.get('blocked')?.jpegs[0]]
    expect((await hoodBrightness(blocked)) - (await hoodBrightness(empty))).toBeGreaterThan(40)
    const { staged, passages, traps } = fixTruth(given, null)
    const listed = new Set([...staged, ...passages, ...traps].map(({ id }) => id))
    for (const { of, action } of script)
      if (action.kind === 'show' && (of === null || listed.has(of)))
        expect(
          films.get(action.camera)?.has(action.scene),
          `${action.camera} ${action.scene}`,
        ).toBe(true)
  },
  60_000,
)

test('without weights nothing is asked of the entrances that needs them', async () => {
  const given = lookForNeeds({
    modelFolders: [],
    media: { directory: '/nowhere' },
    testMode: true,
    fresh: true,
  })
  expect([...given].sort()).toEqual(['fresh-history', 'test-mode'])
  const { passages, leftOut } = fixTruth(given, 90_000)
  expect(passages.map(({ by }) => by).sort()).toEqual(['card', 'card', 'card', 'card', 'qr'])
  expect(leftOut).toContain(`access.spoof/${faceTerminal}: face-weights missing`)
})

test('a stream of JPEGs is cut at its markers; a half one at the end is dropped', () => {
  const [one, two] = [Buffer.from('ffd80001ffd9', 'hex'), Buffer.from('ffd80002ffd9', 'hex')]
  expect(splitJpegs(Buffer.concat([one, two, Buffer.from('ffd800', 'hex')]))).toEqual([one, two])
})

test('what comes nearer grows to the end and keeps the size of the picture', async () => {
  const dot =
    '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300"><rect width="400" height="300" fill="#222"/><rect x="150" y="100" width="100" height="100" fill="#fff"/></svg>'
  const folder = mkdtempSync(join(tmpdir(), 'linli-approach-'))
  try {
    const file = join(folder, 'dot.png')
    await sharp(Buffer.from(dot)).png().toFile(file)
    const frames = await approach(file, { steps: 3, zoom: 2, towards: [0.5, 0.5], longSidePx: 400 })
    const bright = await Promise.all(
      frames.map(async (jpeg) => (await sharp(jpeg).stats()).channels[0]?.mean ?? 0),
    )
    expect(frames).toHaveLength(3)
    expect((bright[1] ?? 0) > (bright[0] ?? 0) && (bright[2] ?? 0) > (bright[1] ?? 0)).toBe(true)
    const { width, height } = await sharp(frames[2]).metadata()
    expect([width, height]).toEqual([400, 300])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('a camera never sends the same picture twice in a row, and a dead one sends none', async () => {
  const jpegs = [1, 2, 3].map((byte) => Buffer.from([byte]))
  const film: Film = new Map([
    ['quiet', { play: 'loop', jpegs }],
    ['passing', { play: 'once', jpegs: [Buffer.from([8]), Buffer.from([9])] }],
  ])
  const sent: number[] = []
  const link = {
    frame: (jpeg: Buffer) => {
      sent.push(jpeg[0] ?? 0)
      return true
    },
  }
  const player = createCameraPlayer(
    { link, film, clock: Date.now, random: createRandom(1) },
    { framesPerSecond: 200 },
  )
  player.start()
  await new Promise((resolve) => setTimeout(resolve, 150))
  player.show('passing')
  await new Promise((resolve) => setTimeout(resolve, 150))
  player.mute()
  const count = sent.length
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(sent.length).toBe(count)
  expect(count).toBeGreaterThan(10)
  expect(player.stats.sent).toBe(count)
  for (const [index, byte] of sent.entries()) expect(byte).not.toBe(sent[index - 1])
  expect(sent.filter((byte) => byte > 3)).toEqual([8, 9])
  expect(() => player.show('blocked')).toThrow('no scene')
})

test('a scene brings its own rate, and when it is over the camera goes on at its own', async () => {
  const film: Film = new Map([
    ['quiet', { play: 'loop', jpegs: [Buffer.from([1]), Buffer.from([2])] }],
    [
      'walk',
      { play: 'once', jpegs: [9, 9, 9].map((byte) => Buffer.from([byte])), framesPerSecond: 100 },
    ],
  ])
  const sent: number[] = []
  const link = {
    frame: (jpeg: Buffer) => {
      sent.push(jpeg[0] ?? 0)
      return true
    },
  }
  const player = createCameraPlayer(
    { link, film, clock: Date.now, random: createRandom(1) },
    { framesPerSecond: 5 },
  )
  player.show('walk')
  player.start()
  await expect.poll(() => sent.filter((byte) => byte === 9).length, { timeout: 5_000 }).toBe(3)
  await expect.poll(() => sent.at(-1)).toBeLessThan(3)
  player.stop()
})
