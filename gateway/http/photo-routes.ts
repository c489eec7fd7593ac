import type { FastifyInstance } from 'fastify'
import { Compile } from 'typebox/compile'
import { CodedError, type ErrorCode } from '../../contracts/errors.ts'
import { type RedactPhotoAnswer, RedactPhotoRequest } from '../../contracts/private-api.ts'
import type { Redact, Redacted } from '../model/vision.ts'

export interface PhotoDeps {
  readonly redact: Redact
}

const isPhoto = Compile(RedactPhotoRequest)

/** Photos of people's homes: they come to be cleaned and go back at once; nothing of them stays here. */
export function photoRoutes(app: FastifyInstance, { redact }: PhotoDeps): void {
  app.post('/redact', async (request): Promise<RedactPhotoAnswer> => {
    if (!isPhoto.Check(request.body)) throw new CodedError('request.invalid', 'not a photo')
    const jpeg = Buffer.from(request.body.picture, 'base64')
    const redacted = await redact(jpeg, { knownFacesPx: [], overlay: null, photo: true }).catch(
      (error: unknown) => {
        throw ofUpload(error)
      },
    )
    checkMasked(redacted)
    const { widthPx, heightPx, faces, plates } = redacted
    return { picture: redacted.jpeg.toString('base64'), widthPx, heightPx, faces, plates }
  })
}

/** A camera's picture is shown coarse, or with plates, rather than not at all; a photo of a home is not. */
function checkMasked({ whole, platesUnknown }: Redacted): void {
  if (whole) throw new CodedError('photo.unmasked', 'no model that finds faces')
  if (platesUnknown) throw new CodedError('photo.unmasked', 'no model that finds plates')
}

const codes: Partial<Record<ErrorCode, ErrorCode>> = {
  'frame.not-jpeg': 'request.unsupported-type',
  'frame.damaged': 'request.unsupported-type',
  'frame.too-large': 'request.too-large',
  'model.crashed': 'photo.unmasked',
}

/** The words for cameras do not help whoever sends a photo. */
function ofUpload(error: unknown): unknown {
  const code = error instanceof CodedError ? codes[error.code] : undefined
  return code === undefined ? error : new CodedError(code, (error as CodedError).message)
}
