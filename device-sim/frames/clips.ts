import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import sharp from 'sharp'

const run = promisify(execFile)
const clipBytesMax = 256 * 1024 * 1024
const decodeTimeoutMs = 60_000

export const hasFfmpeg = (): boolean => spawnSync('ffmpeg', ['-version']).status === 0

/** Frames of a video as JPEGs, decoded once. Throws where ffmpeg fails. */
export async function decodeVideo(
  file: string,
  at: { readonly fromSeconds: number; readonly seconds: number; readonly framesPerSecond: number },
): Promise<readonly Buffer[]> {
  const args = ['-v', 'error', '-threads', '1', '-ss', String(at.fromSeconds), '-i', file]
  args.push('-t', String(at.seconds), '-vf', `fps=${at.framesPerSecond}`)
  args.push('-q:v', '3', '-f', 'image2pipe', '-c:v', 'mjpeg', '-')
  const { stdout } = await run('ffmpeg', args, {
    encoding: 'buffer',
    maxBuffer: clipBytesMax,
    timeout: decodeTimeoutMs,
  })
  return splitJpegs(stdout)
}

/** A stream of JPEGs cut at their end markers; what follows the last one is dropped. */
export function splitJpegs(stream: Buffer): readonly Buffer[] {
  const frames: Buffer[] = []
  for (let at = 0; at < stream.length; ) {
    const end = stream.indexOf('ffd9', at, 'hex')
    if (end === -1) break
    frames.push(stream.subarray(at, end + 2))
    at = end + 2
  }
  return frames
}

export interface Approach {
  readonly steps: number
  /** Enlargement of the last frame; the first shows the whole picture. */
  readonly zoom: number
  /** What comes nearer, 0..1 of width and height. */
  readonly towards: readonly [number, number]
  readonly longSidePx: number
}

/** Somebody or something that comes nearer: one photograph, upright by its EXIF, ever closer. */
export async function approach(file: string, how: Approach): Promise<readonly Buffer[]> {
  const { data, info } = await sharp(file)
    .rotate()
    .resize(how.longSidePx, how.longSidePx, { fit: 'inside' })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  const frames: Buffer[] = []
  for (let step = 0; step < how.steps; step += 1) {
    const scale = 1 + ((how.zoom - 1) * step) / Math.max(1, how.steps - 1)
    const [cutWidth, cutHeight] = [Math.round(width / scale), Math.round(height / scale)]
    const window = {
      left: Math.round((width - cutWidth) * how.towards[0]),
      top: Math.round((height - cutHeight) * how.towards[1]),
      width: cutWidth,
      height: cutHeight,
    }
    frames.push(
      await sharp(data, { raw: { width, height, channels } })
        .extract(window)
        .resize(width, height, { fit: 'fill' })
        .jpeg({ quality: 90 })
        .toBuffer(),
    )
  }
  return frames
}
