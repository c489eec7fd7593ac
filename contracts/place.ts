import Type, { type Static } from 'typebox'

/** Where something is. Positions are WGS-84 degrees; GCJ-02 and CGCS2000 are converted at the edges. */
export const Place = Type.Object({
  name: Type.String({ maxLength: 200 }),
  lat: Type.Optional(Type.Number({ minimum: -90, maximum: 90 })),
  lon: Type.Optional(Type.Number({ minimum: -180, maximum: 180 })),
  grid: Type.Optional(Type.String({ maxLength: 64 })),
})
export type Place = Static<typeof Place>

export const Subject = Type.Object({
  kind: Type.Union([
    Type.Literal('resident'),
    Type.Literal('household'),
    Type.Literal('device'),
    Type.Literal('camera'),
    Type.Literal('vehicle'),
    Type.Literal('place'),
  ]),
  id: Type.String({ maxLength: 128 }),
  name: Type.Optional(Type.String({ maxLength: 200 })),
})
export type Subject = Static<typeof Subject>
