import { join } from 'node:path'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { cameraCatalog } from '../../device-sim/community/cameras.ts'
import { createCameraPlayer } from '../../device-sim/frames/camera-player.ts'
import { type Film, renderFilms } from '../../device-sim/frames/film.ts'
import { findMedia } from '../../device-sim/frames/media.ts'
import { createRandom } from '../../device-sim/random.ts'
import { needs, sharedDir } from '../support/needs.ts'

async function checkFilms(films: ReadonlyMap<string, Film>): Promise<void> {
  for (const { id } of cameraCatalog) {
    const film = films.get(id)
    expect(film?.has('quiet')).toBe(true)
    for (const { jpegs } of film?.values() ?? []) {
      const [first] = jpegs
      if (first === undefined) throw new Error(`${id} has an empty scene`)
      const { format, width, height } = await sharp(first).metadata()
      expect([format, width, height]).toEqual(['jpeg', 1280, 720])
      expect(first.length).toBeGreaterThan(20_000)
      expect(first.length).toBeLessThan(600_000)
      // A repeated picture would be a frozen camera.
      expect(new Set(jpegs.map((jpeg) => jpeg.toString('base64'))).size).toBe(jpegs.length)
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
  const films = await renderFilms(null)
  await checkFilms(films)
  expect(films.get('cam-lane')?.has('blocked')).toBe(false)
  expect(films.get('cam-door-8-1')?.has('visitor')).toBe(true)
})

test.runIf(needs('shared-media'))('with photographs the lane shows a real car', async () => {
  const films = await renderFilms(findMedia(join(sharedDir, 'media')))
  await checkFilms(films)
  const lane = films.get('cam-lane')
  const [quiet, blocked] = [lane?.get('quiet')?.jpegs[0], lane?.get('blocked')?.jpegs[0]]
  expect((await hoodBrightness(blocked)) - (await hoodBrightness(quiet))).toBeGreaterThan(40)
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
