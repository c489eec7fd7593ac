import sharp from 'sharp'
import { composeFrame, makeNoise, type Pasted, type Plain, plainOf } from './compose.ts'
import { heightPx, widthPx } from './drawn.ts'
import { once, type Scene } from './scene.ts'

const variants = 6

/** What all scenes are made with: the same noise, one picture at a time. */
export interface Studio {
  loop(background: Buffer, pasted?: readonly Pasted[]): Promise<Scene>
  /** The same place, something else on it in each frame, in order. */
  play(
    background: Buffer,
    frames: readonly (readonly Pasted[])[],
    framesPerSecond?: number,
  ): Promise<Scene>
  /** Pictures of a film, in order. */
  film(pictures: readonly Buffer[], framesPerSecond: number): Promise<Scene>
}

export async function openStudio(): Promise<Studio> {
  sharp.concurrency(1)
  const noise = await makeNoise(variants)
  const layer = (at: number): Plain => {
    const found = noise[at % noise.length]
    if (found === undefined) throw new Error('invariant broken: no noise')
    return found
  }
  const shoot = async (
    frames: readonly (readonly Pasted[])[],
    background: Plain,
  ): Promise<Buffer[]> => {
    const jpegs: Buffer[] = []
    for (const [at, pasted] of frames.entries())
      jpegs.push(await composeFrame(background, pasted, layer(at)))
    return jpegs
  }
  return {
    async loop(background, pasted = []) {
      const frames = Array.from({ length: variants }, () => pasted)
      return { play: 'loop', jpegs: await shoot(frames, await plainOf(background)) }
    },
    async play(background, frames, framesPerSecond) {
      return once(await shoot(frames, await plainOf(background)), framesPerSecond)
    },
    async film(pictures, framesPerSecond) {
      const jpegs: Buffer[] = []
      for (const [at, picture] of pictures.entries())
        jpegs.push(await composeFrame(await plainOf(picture), [], layer(at)))
      return once(jpegs, framesPerSecond)
    },
  }
}

export const flat = (grey: number): Promise<Buffer> =>
  sharp({
    create: {
      width: widthPx,
      height: heightPx,
      channels: 3,
      background: { r: grey, g: grey, b: grey },
    },
  })
    .png()
    .toBuffer()

/** The same place with other lamps. */
export async function relit(background: Buffer, brightness: number): Promise<Buffer> {
  const png = await sharp(background).png().toBuffer()
  return sharp(png).modulate({ brightness }).png().toBuffer()
}
