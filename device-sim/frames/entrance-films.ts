import sharp from 'sharp'
import { approach, decodeVideo } from './clips.ts'
import { drawnFace, drawnScenes } from './drawn.ts'
import { type Media, mediaPath, portrait } from './media.ts'
import { type Film, once, type Scene, type SceneName } from './scene.ts'
import type { Studio } from './studio.ts'

const doorFramesPerSecond = 4
const gateFramesPerSecond = 3
/** People wait until the door has opened; a busy machine takes its time. */
const walkSeconds = 6
const carSeconds = 6

/** The camera over the house door: it finds faces and asks for nobody's name. */
export async function porchFilm(media: Media | null, studio: Studio): Promise<Film> {
  const face = (media === null ? null : await portrait(media)) ?? drawnFace
  return new Map<SceneName, Scene>([
    ['quiet', await studio.loop(drawnScenes.porch)],
    ['visitor', await studio.loop(drawnScenes.porch, [{ png: face, leftPx: 280, topPx: 130 }])],
  ])
}

/** The face terminal: residents who come up to it, a stranger, a picture held up, a poster. */
export async function faceFilm(
  media: Media | null,
  withVideo: boolean,
  studio: Studio,
): Promise<Film> {
  const film = new Map<SceneName, Scene>([['quiet', await studio.loop(drawnScenes.porch)]])
  if (media === null) return film
  const steps = walkSeconds * doorFramesPerSecond
  const come = async (file: string, zoom: number): Promise<Scene> =>
    once(
      await approach(mediaPath(media, file), {
        steps,
        zoom,
        towards: [0.5, 0.4],
        longSidePx: 1_000,
      }),
      doorFramesPerSecond,
    )
  film.set('walk', withVideo ? await walk(media) : await come('faces/compreface_004_A.jpg', 1.3))
  film.set('stranger', await come('faces/stock_a_3.jpg', 1.1))
  film.set('spoof', await come('spoof/image_F2.jpg', 1.05))
  film.set('neighbour', await come('spoof/image_T1.jpg', 1.05))
  const poster = await sharp(mediaPath(media, 'faces/stock_b_5.jpg'))
    .resize({ height: 300 })
    .png()
    .toBuffer()
  film.set(
    'poster',
    await studio.loop(drawnScenes.porch, [{ png: poster, leftPx: 300, topPx: 160 }]),
  )
  return film
}

async function walk(media: Media): Promise<Scene> {
  const frames = await decodeVideo(mediaPath(media, 'videos/derived_door_A.mp4'), {
    fromSeconds: 0,
    seconds: walkSeconds,
    framesPerSecond: doorFramesPerSecond,
  })
  return once(frames, doorFramesPerSecond)
}

/** The lane before the barrier: a resident's car, a stranger's and a visitor's. */
export async function gateFilm(
  media: Media | null,
  withVideo: boolean,
  studio: Studio,
): Promise<Film> {
  const film = new Map<SceneName, Scene>([['quiet', await studio.loop(drawnScenes.gate)]])
  if (media === null) return film
  const steps = carSeconds * gateFramesPerSecond
  const come = async (video: string | null, photo: string): Promise<Scene> => {
    const frames =
      withVideo && video !== null
        ? await decodeVideo(mediaPath(media, video), {
            fromSeconds: 0,
            seconds: carSeconds,
            framesPerSecond: gateFramesPerSecond,
          })
        : await approach(mediaPath(media, photo), {
            steps,
            zoom: 1.25,
            towards: [0.5, 0.6],
            longSidePx: 1_280,
          })
    return once(frames, gateFramesPerSecond)
  }
  film.set('green-car', await come('videos/derived_gate_green.mp4', 'plates/green_suED51712.jpg'))
  film.set('blue-car', await come('videos/derived_gate_blue.mp4', 'plates/ccpd_demo_1.jpg'))
  film.set('visitor-car', await come(null, 'plates/hyperlpr3_sample.jpg'))
  return film
}
