import { faceTerminal } from '../community/entrances.ts'
import type { Need } from '../scenario/needs.ts'
import { hasFfmpeg } from './clips.ts'
import { faceFilm, gateFilm, porchFilm } from './entrance-films.ts'
import { laneFilms } from './lane-film.ts'
import type { Media } from './media.ts'
import { hallFilm, liftFilm, pumpRoomFilm, shedFilm, squareFilm } from './place-films.ts'
import type { Film } from './scene.ts'
import { openStudio } from './studio.ts'

export interface FilmDeps {
  /** Null: no photographs stand beside the checkout. */
  readonly media: Media | null
  /** Scenes that nobody will play are not made. */
  readonly given: ReadonlySet<Need>
  readonly log: (text: string) => void
}

/**
 * Renders and decodes every picture that the cameras will send, once: about 230 JPEGs, 10 s of one core.
 * Later only ready buffers are sent.
 */
export async function renderFilms({
  media,
  given,
  log,
}: FilmDeps): Promise<ReadonlyMap<string, Film>> {
  const studio = await openStudio()
  const whereGiven = (need: Need): Media | null => (given.has(need) ? media : null)
  const withVideo = media !== null && hasFfmpeg()
  const films = new Map(await laneFilms(whereGiven('vehicle-weights'), studio))
  const makers: readonly (readonly [string, () => Promise<Film>])[] = [
    ['cam-door-8-1', () => porchFilm(media, studio)],
    [faceTerminal, () => faceFilm(whereGiven('face-weights'), withVideo, studio)],
    ['cam-gate', () => gateFilm(whereGiven('plate-weights'), withVideo, studio)],
    ['cam-square', () => squareFilm(whereGiven('scene-photos'), studio)],
    ['cam-lift-9-1', () => liftFilm(whereGiven('scene-photos'), studio)],
    ['cam-pump-room', () => pumpRoomFilm(media, given.has('person-video'), studio)],
    ['cam-hall-6-2', () => hallFilm(studio)],
    ['cam-bikes', () => shedFilm(studio)],
  ]
  for (const [camera, make] of makers) {
    films.set(camera, await make())
    log(`  画面 / pictures: ${films.size} of ${makers.length + 2} cameras`)
  }
  return films
}
