import type { EnrolRequest } from '../../../contracts/private-api.ts'
import { type Box, problem } from './box.ts'

/** A gateway's side of faces: keeps which templates it was given, and nothing else of them. */
export interface FaceBox {
  readonly templates: Map<string, EnrolRequest>
  /** What the next enrolments are answered; null: as usual. */
  refuse: { status: number; code: string; more?: object } | null
  /** Runs after the template is stored and before the answer goes. */
  between: (() => Promise<void> | void) | null
}

const quality = {
  faults: [],
  facePx: 160,
  sharpness: 300,
  yaw: 0.02,
  pitch: 0.55,
  rollDeg: 1,
  luma: 120,
  contrast: 40,
}

export function faceBox(box: Box): FaceBox {
  const self: FaceBox = { templates: new Map(), refuse: null, between: null }
  box.answers.set('POST /faces', async (body, _url, response) => {
    const request = body as EnrolRequest
    if (self.refuse !== null) {
      return problem(response, self.refuse.status, self.refuse.code, self.refuse.more)
    }
    self.templates.set(request.template, request)
    await self.between?.()
    return {
      template: request.template,
      quality: request.pictures.map(() => quality),
      lookAlikes: [{ resident: 'res-twin', similarity: 0.41 }],
    }
  })
  box.answers.set('DELETE /faces/*', (_body, url) => {
    const id = url.pathname.split('/')[2] ?? ''
    const had = self.templates.get(id)
    self.templates.delete(id)
    return { templates: had === undefined ? 0 : 1, pictures: had?.pictures.length ?? 0 }
  })
  return self
}

/** The head of a JPEG and some bytes: what the api looks at. */
export const jpeg = (more = 400): Buffer =>
  Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(more, 7)])
