import type { ErrorCode } from '../../contracts/errors.ts'
import { limits } from '../../contracts/limits.ts'
import type { ForeignWants, PictureTopic } from '../model/foreign.ts'
import type { IncomingFrame } from './broker.ts'
import { isJpeg } from './intake.ts'

type Read = { readonly frame: IncomingFrame } | { readonly refusal: ErrorCode }

const isPng = (bytes: Uint8Array): boolean =>
  bytes.length > 3 && bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e

/** Topics of others that carry pictures: those go to the camera hub, and none ever into the log. */
export class PictureTopics {
  #topics: ReadonlyMap<string, readonly PictureTopic[]> = new Map()

  want({ pictures }: ForeignWants): void {
    const topics = new Map<string, PictureTopic[]>()
    for (const picture of pictures)
      topics.set(picture.topic, [...(topics.get(picture.topic) ?? []), picture])
    this.#topics = topics
  }

  /** `community` is null where any will do: an external broker has one. */
  find(topic: string, community: string | null): PictureTopic | null {
    const known = this.#topics.get(topic)
    if (known === undefined) return null
    return known.find((each) => community === null || each.community === community) ?? null
  }

  read(picture: PictureTopic, payload: Uint8Array, receivedAt: number): Read {
    const { community, camera, encoding } = picture
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
    if (bytes.length > limits.frameBytesMax * 1.4) return { refusal: 'frame.too-large' }
    const jpeg = encoding === 'base64' ? Buffer.from(bytes.toString('latin1'), 'base64') : bytes
    if (jpeg.length > limits.frameBytesMax) return { refusal: 'frame.too-large' }
    if (!isJpeg(jpeg)) return { refusal: 'frame.not-jpeg' }
    return { frame: { community, camera, capturedAt: null, receivedAt, jpeg } }
  }
}

/** A picture on a topic that no camera is known for: people may be on it, so it is not written down. */
export const isStrayPicture = (payload: Uint8Array): boolean => isJpeg(payload) || isPng(payload)
