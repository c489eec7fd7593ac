import { CodedError } from '../../contracts/errors.ts'
import type { EnrolAnswer, EnrolRequest } from '../../contracts/private-api.ts'
import type { RosterView } from '../model/roster-view.ts'
import type { Analyse } from '../model/vision.ts'
import { embeddingsOf, judgePicture, type PictureJudged } from './enrol-pictures.ts'
import { similarityThreshold } from './face-threshold.ts'
import { meanOf } from './face-vector.ts'
import type { GalleryBook } from './gallery-book.ts'
import type { FaceTemplate } from './template-record.ts'
import type { TemplateStore } from './template-store.ts'

export interface EnrolDeps {
  readonly roster: RosterView
  readonly analyse: Analyse
  readonly book: GalleryBook
  readonly store: TemplateStore
  readonly clock: () => number
  /** sha256 of the weights of the embedding. */
  readonly modelSha256: string
  readonly settings: {
    readonly falseAcceptRate: number
    readonly filingNumber: string | null
    readonly watchlistEnabled: boolean
    /** Stored people from which a filing is demanded (control C10). */
    readonly filingLimit: number
  }
}

/** From here on two names are one face, not look-alikes: no pair of strangers of LFW comes near. */
const duplicateFrom = 0.6

/** Pictures into a stored template; the caller has seen to it that one runs at a time. */
export async function enrol(deps: EnrolDeps, request: EnrolRequest): Promise<EnrolAnswer> {
  assertAllowed(deps, request)
  const pictures: PictureJudged[] = []
  for (const base64 of request.pictures) pictures.push(await judged(deps.analyse, base64))
  const { embeddings, quality } = embeddingsOf(pictures)
  const mean = meanOf(embeddings)
  if (mean === null) throw new CodedError('face.mismatch', 'the pictures cancel each other out')
  const lookAlikes = request.use === 'entry' ? likeOthers(deps, request, mean) : []
  const { template: id, community, subject, use } = request
  const template: FaceTemplate = {
    id,
    community,
    subject,
    use,
    createdAt: deps.clock(),
    rosterVersion: deps.roster.version,
    modelSha256: deps.modelSha256,
    embeddings,
    mean,
  }
  await deps.store.write(template)
  deps.book.put(template)
  return { template: id, quality: [...quality], lookAlikes }
}

function assertAllowed({ book, settings }: EnrolDeps, request: EnrolRequest): void {
  const { use, community, subject } = request
  if (use === 'watchlist' && !settings.watchlistEnabled)
    throw new CodedError('watchlist.off', 'watchlist.enabled is not set')
  const isNew = !book.isStored(use, community, subject)
  const { persons } = book.count()
  if (isNew && persons >= settings.filingLimit && settings.filingNumber === null)
    throw new CodedError('face.filing-limit', `${persons} people are stored`)
}

/** What is no picture is said of the picture; what is wrong with us is thrown. */
async function judged(analyse: Analyse, base64: string): Promise<PictureJudged> {
  try {
    return judgePicture(await analyse(Buffer.from(base64, 'base64'), { tasks: ['recognition'] }))
  } catch (error) {
    if (error instanceof CodedError && error.code.startsWith('frame.'))
      return { faults: ['no-picture'], face: null }
    throw error
  }
}

/** @throws CodedError `face.duplicate` where the face is stored under another name */
function likeOthers(
  { book, settings }: EnrolDeps,
  { community, subject }: EnrolRequest,
  mean: Float32Array,
): EnrolAnswer['lookAlikes'] {
  const threshold = similarityThreshold(book.people('entry', community), settings.falseAcceptRate)
  const near = book.near(community, mean, threshold, subject)
  const [nearest] = near
  if (nearest !== undefined && nearest.similarity >= Math.max(duplicateFrom, threshold))
    throw new CodedError('face.duplicate', `as near as ${nearest.similarity.toFixed(2)}`, {
      resident: nearest.subject,
      similarity: nearest.similarity,
    })
  return near.map(({ subject: resident, similarity }) => ({ resident, similarity }))
}
