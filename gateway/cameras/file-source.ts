import { playVideo } from './source-player.ts'
import { allowedVideo } from './source-policy.ts'
import type { OpenSource } from './source-supervisor.ts'

export interface FileSourceOptions {
  readonly source: string
  readonly allowedFolders: readonly string[]
  readonly framesPerSecond: number
  readonly ffmpegPath?: string
}

/**
 * A video file as a camera: played in its own speed, from the beginning again, for ever. Checked
 * anew at every start, as the file behind a link may have changed.
 */
export const fileSource =
  ({ source, allowedFolders, framesPerSecond, ffmpegPath }: FileSourceOptions): OpenSource =>
  async (events) => {
    const path = await allowedVideo(source, allowedFolders)
    return playVideo(
      {
        kind: 'file',
        path,
        framesPerSecond,
        loop: true,
        realtime: true,
        ...(ffmpegPath === undefined ? {} : { ffmpegPath }),
      },
      events,
    )
  }
