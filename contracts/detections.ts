import Type, { type Static } from 'typebox'

/** Left, top, width, height in pixels of the picture as it was received (after EXIF rotation). */
export const BoxPx = Type.Tuple([Type.Number(), Type.Number(), Type.Number(), Type.Number()])
export type BoxPx = Static<typeof BoxPx>

export const Detection = Type.Object({
  /** COCO name (`person`, `car`, …), `face` or `plate`. */
  label: Type.String({ maxLength: 64 }),
  score: Type.Number({ minimum: 0, maximum: 1 }),
  boxPx: BoxPx,
  /** Five points x, y: eye on image left, eye on image right, nose, mouth left, mouth right. Faces only. */
  landmarksPx: Type.Optional(Type.Array(Type.Number(), { minItems: 10, maxItems: 10 })),
  trackId: Type.Optional(Type.String({ maxLength: 64 })),
  /** Plates only: what was read, null where nothing fits. */
  text: Type.Optional(Type.Union([Type.String({ maxLength: 16 }), Type.Null()])),
})
export type Detection = Static<typeof Detection>

/** Why a face is not good enough to be recognised; an empty list means that it is. */
export const faceFaults = [
  'too-small',
  'cut-off',
  'blurred',
  'turned-aside',
  'tilted',
  'too-dark',
  'too-bright',
  'low-contrast',
] as const
export type FaceFault = (typeof faceFaults)[number]

/** Measured on the face itself, before recognition. */
export const FaceQuality = Type.Object({
  faults: Type.Array(Type.Enum(faceFaults)),
  /** Shorter side of the face box in the picture as it was received. */
  facePx: Type.Number(),
  /** Variance of the Laplacian of the aligned face's brightness. */
  sharpness: Type.Number(),
  /** Nose off the middle between the eyes, in distances between the eyes; positive: to image right. */
  yaw: Type.Number(),
  /** Nose between eye line and mouth line, 0..1; about 0.55 when looking straight. */
  pitch: Type.Number(),
  rollDeg: Type.Number(),
  /** Mean brightness of the aligned face, 0..255, and its standard deviation. */
  luma: Type.Number(),
  contrast: Type.Number(),
})
export type FaceQuality = Static<typeof FaceQuality>

export const plateColours = ['blue', 'green', 'yellow'] as const
export type PlateColour = (typeof plateColours)[number]

/** What one recogniser read. */
export const PlateRead = Type.Object({
  by: Type.String({ description: 'file name of the weights' }),
  text: Type.String({ maxLength: 16 }),
  confidence: Type.Number({ minimum: 0, maximum: 1 }),
  /** Of each character, 0..1, as long as `text`. */
  characters: Type.Array(Type.Number(), { maxItems: 16 }),
})
export type PlateRead = Static<typeof PlateRead>

/** A licence plate in one frame. */
export const PlateSeen = Type.Object({
  score: Type.Number({ minimum: 0, maximum: 1 }),
  boxPx: BoxPx,
  /** x, y of top left, top right, bottom right, bottom left. */
  cornersPx: Type.Array(Type.Number(), { minItems: 8, maxItems: 8 }),
  layers: Type.Union([Type.Literal(1), Type.Literal(2)]),
  colour: Type.Union([Type.Enum(plateColours), Type.Null()]),
  /** What the recognisers agreed on, in plate grammar; null where nothing fits. */
  text: Type.Union([Type.String({ maxLength: 16 }), Type.Null()]),
  confidence: Type.Number({ minimum: 0, maximum: 1 }),
  reads: Type.Array(PlateRead, { maxItems: 4 }),
})
export type PlateSeen = Static<typeof PlateSeen>

/** Which weights said it: the file's name in config/models.yaml and its sha256. */
export const ModelRef = Type.Object({ name: Type.String(), sha256: Type.String() })
export type ModelRef = Static<typeof ModelRef>

/** A polygon in relative picture coordinates, 0..1, x then y. */
export const Polygon = Type.Array(Type.Tuple([Type.Number(), Type.Number()]), {
  minItems: 3,
  maxItems: 64,
})
export type Polygon = Static<typeof Polygon>
