import { readFileSync } from 'node:fs'
import { secondMs } from '../contracts/clock.ts'
import type {
  ConsentCreate,
  ConsentItem,
  FaceCreate,
  FaceCreated,
  VehicleCreate,
  VisitorCreate,
  VisitorCreated,
} from '../contracts/http/access.ts'
import type { Health } from '../contracts/http/system.ts'
import {
  enrolments,
  faceTerminal,
  residentCar,
  visitorCar,
  visitorOnFoot,
} from './community/entrances.ts'
import { type Media, mediaPath } from './frames/media.ts'
import type { Memory } from './memory.ts'
import type { ApiClient } from './product/api-client.ts'
import type { Need } from './scenario/needs.ts'

export interface EntranceDeps {
  readonly api: ApiClient
  readonly memory: Memory
  readonly community: string
  readonly given: ReadonlySet<Need>
  readonly media: Media | null
  readonly clock: () => number
}

const modelsTimeoutMs = 60 * secondMs
const modelsPollMs = 250

/** Who may come in by face or plate. Answers the code that today's visitor on foot shows. */
export async function seedEntrances(deps: EntranceDeps): Promise<{ readonly visitorQr: string }> {
  const { api, community, given } = deps
  const vehicles = await api.list<{ readonly plate: string }>('/vehicles')
  if (!vehicles.some(({ plate }) => plate === residentCar.plate))
    await api.post('/vehicles', { community, ...residentCar } satisfies VehicleCreate)
  if (given.has('face-weights') && given.has('test-mode')) await enrolFaces(deps)
  await api.post('/visitors', { community, ...visitorCar } satisfies VisitorCreate)
  const { qr } = await api.post<VisitorCreated>('/visitors', {
    community,
    ...visitorOnFoot,
    doors: [faceTerminal],
  } satisfies VisitorCreate)
  return { visitorQr: qr }
}

/** With a consent first, as the law and the product demand. The pictures are read here and kept nowhere. */
async function enrolFaces({ api, memory, media, clock }: EntranceDeps): Promise<void> {
  const waiting = enrolments.filter(({ resident }) => memory.faces?.includes(resident) !== true)
  if (media === null || waiting.length === 0) return
  await modelsLoaded(api, clock)
  for (const { resident, picture } of waiting) {
    await api.post<ConsentItem>(`/residents/${resident}/consents`, {
      method: 'demo',
    } satisfies ConsentCreate)
    const image = readFileSync(mediaPath(media, picture)).toString('base64')
    await api.post<FaceCreated>(`/residents/${resident}/faces`, {
      images: [image],
    } satisfies FaceCreate)
    memory.faces = [...(memory.faces ?? []), resident]
  }
}

/** Opening the weights takes some seconds; until then nobody can be enrolled. */
async function modelsLoaded(api: ApiClient, clock: () => number): Promise<void> {
  const until = clock() + modelsTimeoutMs
  while (clock() < until) {
    const { gateway } = await api.get<Health>('/health')
    const models = gateway?.models ?? []
    if (models.length > 0 && models.every(({ state }) => state === 'loaded')) return
    await new Promise((resolve) => setTimeout(resolve, modelsPollMs))
  }
  throw new Error(`the models were not loaded within ${modelsTimeoutMs / secondMs} s`)
}
