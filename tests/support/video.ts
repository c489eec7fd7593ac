import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { sharedDir } from './needs.ts'

/** Frames of a held video as JPEGs, `framesPerSecond` of them a second, at most `seconds` long. */
export function framesOf(file: string, framesPerSecond: number, seconds: number): Buffer[] {
  const stream = execFileSync(
    'ffmpeg',
    `-v error -i ${join(sharedDir, 'media', file)} -t ${seconds} -vf fps=${framesPerSecond} -q:v 3 -f image2pipe -c:v mjpeg -`.split(
      ' ',
    ),
    { maxBuffer: 256 * 1024 * 1024 },
  )
  const frames: Buffer[] = []
  for (let at = 0; at < stream.length; ) {
    const end = stream.indexOf('ffd9', at, 'hex')
    if (end === -1) break
    frames.push(stream.subarray(at, end + 2))
    at = end + 2
  }
  return frames
}
