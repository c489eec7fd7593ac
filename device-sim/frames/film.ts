import sharp from 'sharp'
import { fireLane } from '../community/cameras.ts'
import { composeFrame, makeNoise, type Pasted } from './compose.ts'
import { drawLane, drawnFace, drawnScenes } from './drawn.ts'
import { cutOutCar, type Media, photoBackground, portrait } from './media.ts'

export const sceneNames = ['quiet', 'passing', 'blocked', 'visitor'] as const
export type SceneName = (typeof sceneNames)[number]

/** Frames of one scene. A `loop` is shown in chance order, a `once` from first to last, then `quiet`. */
export interface Scene {
  readonly play: 'loop' | 'once'
  readonly jpegs: readonly Buffer[]
}
export type Film = ReadonlyMap<SceneName, Scene>

const variants = 6
const carWidthPx = 460
const parked = { leftPx: 420, topPx: 440 } as const
/** At two frames a second: the car crosses the picture in 5 s. */
const passingSteps = 10

/**
 * Renders every picture that the cameras will send, once: about 50 JPEGs, 3 s of one core. Later only
 * ready buffers are sent. Without the photographs there is no car: drawn cars are weak for a detector.
 */
export async function renderFilms(media: Media | null): Promise<ReadonlyMap<string, Film>> {
  sharp.concurrency(1)
  const noise = await makeNoise(variants)
  const loop = async (background: Buffer, pasted: readonly Pasted[]): Promise<Scene> => ({
    play: 'loop',
    jpegs: await Promise.all(noise.map((layer) => composeFrame(background, pasted, layer))),
  })
  const quiet = async (background: Buffer): Promise<Film> =>
    new Map([['quiet', await loop(background, [])]])

  const films = new Map<string, Film>()
  films.set('cam-lane', await laneFilm(media, noise, loop))
  films.set(
    'cam-gate',
    await quiet((await photoBackground(media, 'plates/hyperlpr3_sample2.jpg')) ?? drawnScenes.gate),
  )
  films.set(
    'cam-square',
    await quiet(
      (await photoBackground(media, 'people/coco_000000000109.jpg')) ?? drawnScenes.square,
    ),
  )
  const face = await portrait(media)
  films.set(
    'cam-door-8-1',
    new Map([
      ['quiet', await loop(drawnScenes.porch, [])],
      [
        'visitor',
        await loop(drawnScenes.porch, [{ png: face ?? drawnFace, leftPx: 280, topPx: 130 }]),
      ],
    ]),
  )
  films.set('cam-hall-6-2', await quiet(drawnScenes.hall))
  films.set('cam-bikes', await quiet(drawnScenes.shed))
  return films
}

async function laneFilm(
  media: Media | null,
  noise: readonly Buffer[],
  loop: (background: Buffer, pasted: readonly Pasted[]) => Promise<Scene>,
): Promise<Film> {
  const background = await sharp(drawLane(fireLane)).png().toBuffer()
  const film = new Map<SceneName, Scene>([['quiet', await loop(background, [])]])
  if (media === null) return film
  const car = await cutOutCar(media, carWidthPx)
  film.set('blocked', await loop(background, [{ png: car, ...parked }]))
  const passing: Buffer[] = []
  for (let step = 0; step < passingSteps; step += 1) {
    const leftPx = -220 + (step * 1_280) / (passingSteps - 1)
    const layer = noise[step % noise.length]
    if (layer !== undefined)
      passing.push(await composeFrame(background, [{ png: car, leftPx, topPx: 452 }], layer))
  }
  film.set('passing', { play: 'once', jpegs: passing })
  return film
}
