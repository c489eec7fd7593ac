import Fastify from 'fastify'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { CodedError } from '../../../contracts/errors.ts'
import type { RedactPhotoAnswer } from '../../../contracts/private-api.ts'
import { createFaceDetector } from '../../../detectors/face-detector.ts'
import { createPlateDetector } from '../../../detectors/plate-detector.ts'
import { redactPicture } from '../../../detectors/redact.ts'
import { photoRoutes } from '../../../gateway/http/photo-routes.ts'
import type { Redact } from '../../../gateway/model/vision.ts'
import { drawnJpeg, modelFile } from '../../detectors/support.ts'
import { needs } from '../../support/needs.ts'

/** Code or answer of `POST /redact`. */
async function ask(redact: Redact, picture: unknown): Promise<string | RedactPhotoAnswer> {
  const app = Fastify({ bodyLimit: 8_000_000 })
  app.setErrorHandler((error, _request, reply) =>
    reply.code(400).send({ code: error instanceof CodedError ? error.code : String(error) }),
  )
  photoRoutes(app, { redact })
  try {
    const answer = await app.inject({ method: 'POST', url: '/redact', payload: { picture } })
    const body = answer.json<RedactPhotoAnswer & { code?: string }>()
    return body.code ?? body
  } finally {
    await app.close()
  }
}
const base64 = (bytes: Buffer): string => bytes.toString('base64')
const photo = () => drawnJpeg({ widthPx: 320, heightPx: 240 })

describe('photos that the box is asked to clean', () => {
  it('are refused where no model finds faces: a coarse picture of a home is of no use to anybody', async () => {
    const blind: Redact = (jpeg, request) => redactPicture(jpeg, null, { ...request, plates: null })
    expect(await ask(blind, base64(await photo()))).toBe('photo.unmasked')
  })

  it('are refused as what they are: no JPEG, cut short, no text', async () => {
    const blind: Redact = (jpeg, request) => redactPicture(jpeg, null, { ...request, plates: null })
    const png = await sharp(await photo())
      .png()
      .toBuffer()
    expect(await ask(blind, base64(png))).toBe('request.unsupported-type')
    const whole = await photo()
    expect(await ask(blind, base64(whole.subarray(0, 900)))).toBe('request.unsupported-type')
    expect(await ask(blind, 7)).toBe('request.invalid')
  })

  it('are refused while no thread looks at them, and not kept as they came', async () => {
    const down: Redact = () => Promise.reject(new CodedError('model.crashed', 'no time'))
    expect(await ask(down, base64(await photo()))).toBe('photo.unmasked')
  })

  it.runIf(needs('shared-models'))('need both models, and come back clean', async () => {
    const faces = await createFaceDetector(modelFile('face_det_yunet_n_dynamic.onnx'))
    const plates = await createPlateDetector(modelFile('plate_det_hyperlpr_y5fu_320.onnx'))
    const halfBlind: Redact = (jpeg, request) =>
      redactPicture(jpeg, faces, { ...request, plates: null })
    const seeing: Redact = (jpeg, request) => redactPicture(jpeg, faces, { ...request, plates })
    try {
      const picture = base64(await photo())
      expect(await ask(halfBlind, picture)).toBe('photo.unmasked')
      const answer = await ask(seeing, picture)
      if (typeof answer === 'string') throw new Error(answer)
      expect(answer).toMatchObject({ widthPx: 320, heightPx: 240, faces: 0 })
      const { format } = await sharp(Buffer.from(answer.picture, 'base64')).metadata()
      expect(format).toBe('jpeg')
    } finally {
      await faces.dispose()
      await plates.dispose()
    }
  })
})
