import { CodedError } from '../../contracts/errors.ts'
import type { FaceEntry } from '../model/access.ts'
import type { Logger } from '../model/logger.ts'
import type { RosterView } from '../model/roster-view.ts'
import type { FrameLook } from '../model/vision.ts'
import { enrol, type EnrolDeps } from './enrol.ts'
import { FaceCamera, type FaceCameraDeps } from './face-camera.ts'
import { GalleryBook } from './gallery-book.ts'
import type { FaceTemplate } from './template-record.ts'
import { createTemplateStore } from './template-store.ts'

export interface FaceEntryDeps
  extends Pick<
    FaceCameraDeps,
    'proven' | 'refused' | 'identified' | 'alarm' | 'keepStranger' | 'clock'
  > {
  readonly roster: RosterView
  /** Looks at pictures of an enrolment, with the task `recognition`. */
  readonly analyse: EnrolDeps['analyse']
  /** Where the templates are, `home/faces`; nothing else may be in it. */
  readonly folder: string
  /** LINLI_FACE_KEY, 64 hexadecimal digits. */
  readonly keyHex: string
  readonly random: (bytes: number) => Uint8Array
  /** sha256 of the weights of task `face-embedding` in config/models.yaml. */
  readonly modelSha256: string
  readonly logger: Logger
  readonly settings: {
    /** Share of strangers that may be taken for somebody, at the present number of faces. */
    readonly falseAcceptRate: number
    readonly filingNumber: string | null
    readonly watchlistEnabled: boolean
    /** Control C10; left out: 100,000 people. */
    readonly filingLimit?: number
  }
}

const filingLimit = 100_000
/** Enrolments that may wait for each other: a queue before a camera, not a flood. */
const enrolmentsMax = 8
const camerasMax = 10_000
/** After it, templates that time may have left without a consent are looked at again, ms. */
const lookAgainMs = 660_000

/** Templates, gallery and recognition of this box. Templates never leave it; pictures are not kept. */
export function createFaceEntry(deps: FaceEntryDeps): FaceEntry {
  const { roster, clock, logger, settings } = deps
  const store = createTemplateStore(deps)
  const book = new GalleryBook({ ...settings, roster, clock })
  const cameras = new Map<string, FaceCamera>()
  const enrolDeps = {
    ...deps,
    book,
    store,
    settings: { ...settings, filingLimit: settings.filingLimit ?? filingLimit },
  }
  const atDoor = createDoorCameras(roster)
  const inTurn = createQueue()
  let lookAgain: NodeJS.Timeout | null = null
  let unusable = { damaged: 0, foreign: 0 }

  async function reconcile(): Promise<void> {
    book.sync()
    const { ids, waiting } = book.withoutConsent()
    for (const id of ids) book.remove(id)
    if (lookAgain !== null) clearTimeout(lookAgain)
    lookAgain = waiting === 0 ? null : setTimeout(() => void retry(), lookAgainMs).unref()
    if (ids.length === 0) return
    const templates = await store.remove(ids)
    logger.warn({ templates }, 'faces without a live consent were deleted')
  }
  const retry = (): Promise<void> =>
    reconcile().catch((error: unknown) =>
      logger.error({ err: error }, 'faces without a live consent could not be deleted'),
    )
  return {
    looked(look) {
      const key = `${look.frame.community}/${look.frame.camera}`
      let camera = cameras.get(key)
      if (camera === undefined) {
        const oldest = cameras.keys().next()
        if (cameras.size >= camerasMax && oldest.done !== true) cameras.delete(oldest.value)
        camera = new FaceCamera({ ...deps, ...settings, book, isAtDoor: atDoor })
        cameras.set(key, camera)
      }
      camera.looked(look)
    },
    enrol: (request) => inTurn(() => enrol(enrolDeps, request)),
    async forget(template) {
      book.remove(template)
      return { templates: await store.remove([template]), pictures: 0 }
    },
    count: () => book.count(),
    unusable: () => unusable,
    reconcile,
    async start() {
      unusable = await loadAll(deps, store, book)
      await reconcile()
    },
    async close() {
      if (lookAgain !== null) clearTimeout(lookAgain)
      await inTurn.idle()
    },
  }
}

/** Takes every template from disk into the gallery; counts and names those that are of no use. */
async function loadAll(
  { modelSha256, logger }: FaceEntryDeps,
  store: ReturnType<typeof createTemplateStore>,
  book: GalleryBook,
): Promise<ReturnType<FaceEntry['unusable']>> {
  const foreign: string[] = []
  const { damaged } = await store.load((template: FaceTemplate) => {
    const usable = template.modelSha256 === modelSha256
    if (!usable) foreign.push(template.id)
    book.put(template, usable)
  })
  if (damaged.length > 0)
    logger.error({ files: damaged.slice(0, 20), count: damaged.length }, 'damaged face files')
  if (foreign.length > 0)
    logger.error(
      { templates: foreign.slice(0, 20), count: foreign.length },
      'faces of another model match nobody: enrol them again',
    )
  return { damaged: damaged.length, foreign: foreign.length }
}

interface Queue {
  <T>(work: () => Promise<T>): Promise<T>
  idle(): Promise<unknown>
}

/** One enrolment at a time, and few that wait: each has pictures of megabytes in memory. */
function createQueue(): Queue {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (waiting > enrolmentsMax)
      throw new CodedError('auth.rate-limited', `${enrolmentsMax} enrolments are waiting`)
    waiting += 1
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn.finally(() => {
      waiting -= 1
    })
  }
  return Object.assign(inTurn, { idle: () => last })
}

/** Cameras of doors: those of the priority, and whatever a door says it listens to. */
function createDoorCameras(roster: RosterView): (look: FrameLook) => boolean {
  let named = new Set<string>()
  let namedOf = -1
  return ({ frame, settings }) => {
    if (namedOf !== roster.version) {
      named = new Set(
        [...roster.devices()].flatMap(({ community, door }) =>
          (door?.cameras ?? []).map((camera) => `${community}/${camera}`),
        ),
      )
      namedOf = roster.version
    }
    return settings.priority === 'door' || named.has(`${frame.community}/${frame.camera}`)
  }
}
