import { realpath } from 'node:fs/promises'
import { isAbsolute, resolve, sep } from 'node:path'
import { CodedError } from '../../contracts/errors.ts'

/** Plain recordings only: a playlist or a concat file would name further addresses. */
const videoName = /\.(mp4|m4v|mov|mkv|avi|ts|mjpeg|webm)$/i
/** `file:`, `concat:`, `rtsp://` … : nothing that ffmpeg would take for a protocol. */
const protocol = /^[a-z][a-z0-9+.-]*:/i

/**
 * The real path of a video file that a camera may play: inside an allowed folder after following all
 * links, with a video's name.
 *
 * @throws CodedError `camera.source-refused`; the detail says why
 */
export async function allowedVideo(
  source: string,
  allowedFolders: readonly string[],
): Promise<string> {
  if (source.includes('\0') || protocol.test(source))
    throw new CodedError('camera.source-refused', 'only video files are played so far')
  if (!videoName.test(source))
    throw new CodedError('camera.source-refused', 'not the name of a video file')
  for (const folder of allowedFolders) {
    const root = await realpath(folder).catch(() => null)
    if (root === null) continue
    const path = await realpath(isAbsolute(source) ? source : resolve(root, source)).catch(
      () => null,
    )
    if (path?.startsWith(root + sep) === true && videoName.test(path)) return path
  }
  throw new CodedError('camera.source-refused', 'in no allowed folder (cameras.allowedFolders)')
}
