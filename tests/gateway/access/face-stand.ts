import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BoxPx, FaceQuality } from '../../../contracts/detections.ts'
import type { Roster, RosterDevice } from '../../../contracts/roster.ts'
import { createFaceEntry, type FaceEntryDeps } from '../../../gateway/access/face-entry.ts'
import type { FaceProof, FaceRefusal } from '../../../gateway/model/access.ts'
import type { AlarmFact, IdentityFact } from '../../../gateway/model/input.ts'
import { RosterBook } from '../../../gateway/model/roster-book.ts'
import type { Analyse, Analysis, FaceSeen, FrameLook } from '../../../gateway/model/vision.ts'
import { mulberry } from '../../detectors/support.ts'
import { cameraDevice, lookedAt } from '../cameras/support.ts'

export const now = Date.UTC(2026, 10, 20, 2)
export const community = 'demo'
export const keyHex = 'a1'.repeat(32)
export const modelSha256 = 'b2'.repeat(32)

/** The face of somebody: 128 numbers of length 1. Two seeds have next to nothing in common. */
export function person(seed: number): Float32Array {
  const random = mulberry(seed)
  return unit(Float32Array.from({ length: 128 }, () => random() + random() + random() - 1.5))
}

/** Another picture of them, or somebody who looks like them: of just this cosine to `face`. */
export function like(face: Float32Array, cosine: number, seed = 7): Float32Array {
  const other = person(seed * 7919 + 13)
  const along = face.reduce((sum, value, i) => sum + value * (other[i] as number), 0)
  const across = unit(other.map((value, i) => value - along * (face[i] as number)))
  const rest = Math.sqrt(1 - cosine * cosine)
  return face.map((value, i) => cosine * value + rest * (across[i] as number))
}

const unit = (vector: Float32Array): Float32Array => {
  const length = Math.hypot(...vector)
  return vector.map((value) => value / length)
}

export const goodQuality: FaceQuality = {
  faults: [],
  facePx: 150,
  sharpness: 400,
  yaw: 0,
  pitch: 0.55,
  rollDeg: 0,
  luma: 120,
  contrast: 50,
}

export const face = (
  embedding: Float32Array | null,
  more: {
    readonly livenessScore?: number | null
    readonly boxPx?: BoxPx
    readonly quality?: Partial<FaceQuality>
  } = {},
): FaceSeen => {
  const boxPx = more.boxPx ?? [500, 200, 150, 180]
  return {
    detection: { label: 'face', score: 0.9, boxPx },
    quality: { ...goodQuality, facePx: Math.min(boxPx[2], boxPx[3]), ...more.quality },
    embedding,
    livenessScore: more.livenessScore === undefined ? 0.95 : more.livenessScore,
  }
}

export const analysis = (...faces: FaceSeen[]): Analysis => ({
  ...lookedAt,
  detections: faces.map(({ detection }) => detection),
  models: [],
  sample: new Uint8Array(),
  faces,
})

export const doorCamera = cameraDevice('cam-door', { priority: 'door', tasks: ['recognition'] })
export const yardCamera = cameraDevice('cam-yard', { priority: 'care', tasks: ['recognition'] })

export const rosterWith = (more: Partial<Roster> = {}): Roster => ({
  version: 1,
  devices: [doorCamera, yardCamera],
  credentials: [],
  households: [],
  residents: [],
  cards: [],
  ...more,
})

export const consent = (template: string, resident: string) => ({
  id: template,
  community,
  resident,
  consent: `cns_${template}`,
})

/** One camera's frames, one after the other. */
let serial = 0
export function lookOf(camera: RosterDevice, atMs: number, ...faces: FaceSeen[]): FrameLook {
  const settings = camera.camera
  if (settings === null) throw new Error(`${camera.id} is no camera`)
  serial += 1
  const frame = {
    community,
    camera: camera.id,
    capturedAt: now + atMs,
    receivedAt: now + atMs,
    jpeg: Buffer.from(`frame ${serial}`),
  }
  return { frame, ts: now + atMs, at: atMs, analysis: analysis(...faces), objects: [], settings }
}

/** Face entry on a folder of its own; what it says is in `proofs`, `refusals`, `identities`, `alarms`. */
export async function stand(more: Partial<FaceEntryDeps> = {}) {
  const home = await mkdtemp(join(tmpdir(), 'linli-faces-'))
  const roster = new RosterBook()
  roster.replace(rosterWith())
  const time = { now }
  const proofs: FaceProof[] = []
  const refusals: FaceRefusal[] = []
  const identities: IdentityFact[] = []
  const alarms: AlarmFact[] = []
  const logged: object[] = []
  const random = mulberry(99)
  const log = (fields: object) => logged.push(fields)
  const deps: FaceEntryDeps = {
    roster,
    analyse: picturesAsFaces,
    proven: (proof) => proofs.push(proof),
    refused: (refusal) => refusals.push(refusal),
    identified: (fact) => identities.push(fact),
    alarm: (fact) => alarms.push(fact),
    folder: join(home, 'faces'),
    keyHex,
    random: (bytes) => Uint8Array.from({ length: bytes }, () => random() * 256),
    modelSha256,
    clock: () => time.now,
    logger: { debug: log, info: log, warn: log, error: log },
    settings: { falseAcceptRate: 0.001, filingNumber: null, watchlistEnabled: false },
    ...more,
  }
  const entry = createFaceEntry(deps)
  await entry.start()
  return {
    entry,
    deps,
    roster,
    time,
    proofs,
    refusals,
    identities,
    alarms,
    logged,
    folder: deps.folder,
    async close() {
      await entry.close()
      await rm(home, { recursive: true })
    },
  }
}

/** Instead of a JPEG the numbers of a face: what the models say of pictures has tests of its own. */
export const pictureOf = (...faces: FaceSeen[]): string =>
  Buffer.from(
    JSON.stringify(
      faces.map((one) => ({ ...one, embedding: one.embedding && [...one.embedding] })),
    ),
  ).toString('base64')

const picturesAsFaces: Analyse = async (jpeg) => {
  const faces = JSON.parse(Buffer.from(jpeg).toString()) as (Omit<FaceSeen, 'embedding'> & {
    embedding: number[] | null
  })[]
  return analysis(
    ...faces.map((one) => ({
      ...one,
      embedding: one.embedding === null ? null : Float32Array.from(one.embedding),
    })),
  )
}

export const enrolment = (template: string, subject: string, ...pictures: string[]) => ({
  template,
  community,
  subject,
  use: 'entry' as const,
  pictures,
})
