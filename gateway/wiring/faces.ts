import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { createFaceEntry } from '../access/face-entry.ts'
import type { FaceEntry } from '../model/access.ts'
import type { Fact } from '../model/input.ts'
import type { FrameLook } from '../model/vision.ts'
import type { Doors } from '../access/door-guard.ts'
import type { Parts } from './parts.ts'

/** Faces of this box; null where it was given no key for them, as when a part runs by itself. */
export function createFaces(parts: Parts, doors: Doors): FaceEntry | null {
  const { settings, config, models, book, sight, pipeline, clock, logger } = parts
  if (settings.faceKeyHex === null) {
    logger.warn({ variable: 'LINLI_FACE_KEY' }, 'no key for face templates: faces open no door')
    return null
  }
  const { falseAcceptRate, filingNumber, strangerCrops } = config.access
  const record = (fact: Fact): void => {
    pipeline.recordFact(fact).catch((error: unknown) => {
      logger.error({ kind: fact.kind, error: String(error) }, 'a face was not recorded')
    })
  }
  return createFaceEntry({
    roster: book,
    analyse: sight.pool.analyse,
    proven: (proof) => doors.proven(proof),
    refused: (refusal) => doors.refused(refusal),
    identified: record,
    alarm: record,
    ...(strangerCrops ? { keepStranger: keepStranger(parts) } : {}),
    folder: join(settings.home, 'faces'),
    keyHex: settings.faceKeyHex,
    random: randomBytes,
    modelSha256: models.find(({ entry }) => entry.task === 'face-embedding')?.entry.sha256 ?? '',
    clock,
    logger,
    settings: { falseAcceptRate, filingNumber, watchlistEnabled: config.watchlist.enabled },
  })
}

/** A blurred picture of who was refused, for at most a day (control C5); only where it is configured. */
function keepStranger({ sight, logger }: Parts) {
  return (look: FrameLook): void => {
    const masks = look.settings.masks ?? []
    sight.pool
      .redact(look.frame.jpeg, { knownFacesPx: [], overlay: null, masks })
      .then(({ jpeg }) => sight.evidence.put(jpeg, 'refused'))
      .catch((error: unknown) =>
        logger.warn({ error: String(error) }, 'picture of a refused person not kept'),
      )
  }
}
