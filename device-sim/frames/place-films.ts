import sharp from 'sharp'
import { decodeVideo } from './clips.ts'
import type { Pasted } from './compose.ts'
import { drawnScenes, headlights, shadow } from './drawn.ts'
import { type Media, mediaPath, photoBackground } from './media.ts'
import type { Film, Scene, SceneName } from './scene.ts'
import { flat, relit, type Studio } from './studio.ts'

/** Nobody is to be seen in it before 6 s; from 8.5 s on somebody walks about. */
const personVideo = 'videos/one-by-one-person-detection.mp4'
const personFramesPerSecond = 2
const personFromSeconds = 8.5
const intruderSeconds = 10

/** Fourteen people; YOLOX-nano gives eleven or twelve of them 0.5 and more (the rule asks for eight). */
const crowdPhotos = ['groups/compreface_015_6.jpg', 'groups/compreface_016_8.jpg'] as const

/** The square: empty, or with many people. */
export async function squareFilm(media: Media | null, studio: Studio): Promise<Film> {
  const photo = media === null ? null : await photoBackground(media, 'people/coco_000000000109.jpg')
  const background = photo ?? drawnScenes.square
  const film = new Map<SceneName, Scene>([['quiet', await studio.loop(background)]])
  if (media === null) return film
  const pasted: Pasted[] = []
  for (const [at, file] of crowdPhotos.entries()) {
    const png = await sharp(mediaPath(media, file)).resize({ width: 640 }).png().toBuffer()
    pasted.push({ png, leftPx: 640 * at, topPx: 290 })
  }
  film.set('crowd', { ...(await studio.loop(background, pasted)), framesPerSecond: 2 })
  return film
}

/** The lift: empty, or with a two-wheeler in it, to which YOLOX-nano gives 0.83. */
export async function liftFilm(media: Media | null, studio: Studio): Promise<Film> {
  const film = new Map<SceneName, Scene>([['quiet', await studio.loop(drawnScenes.lift)]])
  if (media === null) return film
  const bike = await sharp(mediaPath(media, 'vehicles/yolox_dog.jpg'))
    .extract({ left: 30, top: 110, width: 560, height: 330 })
    .resize({ width: 760 })
    .png()
    .toBuffer()
  const inside = await studio.loop(drawnScenes.lift, [{ png: bike, leftPx: 260, topPx: 230 }])
  film.set('ebike', { ...inside, framesPerSecond: 2 })
  return film
}

/** A corridor: its lamps go down for a while, and somebody covers the lens. */
export async function hallFilm(studio: Studio): Promise<Film> {
  return new Map<SceneName, Scene>([
    ['quiet', await studio.loop(drawnScenes.hall)],
    ['dim', await studio.loop(await relit(drawnScenes.hall, 0.5))],
    ['covered', await studio.loop(await flat(86))],
  ])
}

/** The shed for bicycles: a car shines in from outside. */
export async function shedFilm(studio: Studio): Promise<Film> {
  const sweep = [0.1, 0.25, 0.4, 0.55, 0.7, 0.85].map((at) => [
    { png: headlights(at), leftPx: 0, topPx: 0 },
  ])
  return new Map<SceneName, Scene>([
    ['quiet', await studio.loop(drawnScenes.shed)],
    ['headlights', await studio.play(drawnScenes.shed, sweep, 2)],
  ])
}

/** The pump room: empty, with a shadow, with somebody in it. `withVideo`: the film of it is there. */
export async function pumpRoomFilm(
  media: Media | null,
  withVideo: boolean,
  studio: Studio,
): Promise<Film> {
  if (media === null || !withVideo) {
    const background = drawnScenes.hall
    return new Map<SceneName, Scene>([
      ['quiet', await studio.loop(background)],
      ['shadow', await shadowScene(background, studio)],
    ])
  }
  const file = mediaPath(media, personVideo)
  const cut = (fromSeconds: number, seconds: number) =>
    decodeVideo(file, { fromSeconds, seconds, framesPerSecond: personFramesPerSecond })
  const [empty] = await cut(2, 1)
  if (empty === undefined) throw new Error(`${personVideo} has no picture`)
  return new Map<SceneName, Scene>([
    ['quiet', await studio.loop(empty)],
    ['shadow', await shadowScene(empty, studio)],
    [
      'intruder',
      await studio.film(await cut(personFromSeconds, intruderSeconds), personFramesPerSecond),
    ],
  ])
}

const shadowScene = (background: Buffer, studio: Studio): Promise<Scene> =>
  studio.play(
    background,
    [0, 0.12, 0.24, 0.36, 0.48, 0.6, 0.72, 0.84].map((at) => [
      { png: shadow(at), leftPx: 0, topPx: 0 },
    ]),
    2,
  )
