import Type, { type Static } from 'typebox'

/** Left, top, width, height in pixels of the picture as it was received (after EXIF rotation). */
export const BoxPx = Type.Tuple([Type.Number(), Type.Number(), Type.Number(), Type.Number()])
export type BoxPx = Static<typeof BoxPx>

export const Detection = Type.Object({
  /** COCO name (`person`, `car`, …) or `face`. */
  label: Type.String({ maxLength: 64 }),
  score: Type.Number({ minimum: 0, maximum: 1 }),
  boxPx: BoxPx,
  /** Five points x, y: eye on image left, eye on image right, nose, mouth left, mouth right. Faces only. */
  landmarksPx: Type.Optional(Type.Array(Type.Number(), { minItems: 10, maxItems: 10 })),
  trackId: Type.Optional(Type.String({ maxLength: 64 })),
})
export type Detection = Static<typeof Detection>

/** Which weights said it: the file's name in config/models.yaml and its sha256. */
export const ModelRef = Type.Object({ name: Type.String(), sha256: Type.String() })
export type ModelRef = Static<typeof ModelRef>

/** A polygon in relative picture coordinates, 0..1, x then y. */
export const Polygon = Type.Array(Type.Tuple([Type.Number(), Type.Number()]), {
  minItems: 3,
  maxItems: 64,
})
export type Polygon = Static<typeof Polygon>
