import sharp from 'sharp'
import { fireLane } from '../community/cameras.ts'
import { drawLane } from './drawn.ts'
import type { Pasted } from './compose.ts'
import { cutOutCar, type Media } from './media.ts'
import type { Film, Scene, SceneName } from './scene.ts'
import type { Studio } from './studio.ts'

const carWidthPx = 460
const parked = { leftPx: 420, topPx: 440 } as const
/** At two frames a second: the car crosses the picture in 5 s. */
const passingSteps = 10
/** At two frames a second: it rolls in, stands for ten seconds, and drives off. */
const stop = { inSteps: 5, standingSteps: 20, outSteps: 5 } as const

/** The fire lanes. Without the photograph there is no car: drawn cars are weak for a detector. */
export async function laneFilms(
  media: Media | null,
  studio: Studio,
): Promise<ReadonlyMap<string, Film>> {
  const background = await sharp(drawLane(fireLane)).png().toBuffer()
  const first = new Map<SceneName, Scene>([['quiet', await studio.loop(background)]])
  const second = new Map<SceneName, Scene>([['quiet', await studio.loop(background)]])
  if (media !== null) {
    const car = await cutOutCar(media, carWidthPx)
    const shot = (leftPx: number, topPx: number = parked.topPx): readonly Pasted[] => [
      { png: car, leftPx, topPx },
    ]
    first.set('blocked', await studio.loop(background, [{ png: car, ...parked }]))
    const passing = Array.from({ length: passingSteps }, (_, step) =>
      shot(-220 + (step * 1_280) / (passingSteps - 1), 452),
    )
    first.set('passing', await studio.play(background, passing))
    second.set('stopping', await studio.play(background, stopping(shot), 2))
  }
  return new Map<string, Film>([
    ['cam-lane', first],
    ['cam-lane-11', second],
  ])
}

function stopping(shot: (leftPx: number) => readonly Pasted[]): readonly (readonly Pasted[])[] {
  const { inSteps, standingSteps, outSteps } = stop
  const rollIn = Array.from({ length: inSteps }, (_, step) =>
    shot(-400 + ((parked.leftPx + 400) * (step + 1)) / (inSteps + 1)),
  )
  const standing = Array.from({ length: standingSteps }, () => shot(parked.leftPx))
  const driveOff = Array.from({ length: outSteps }, (_, step) =>
    shot(parked.leftPx + ((1_240 - parked.leftPx) * (step + 1)) / (outSteps + 1)),
  )
  return [...rollIn, ...standing, ...driveOff]
}
