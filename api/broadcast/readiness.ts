import { broadcastTemplates } from '../../config/broadcast-templates.ts'
import { type Clock, secondMs } from '../../contracts/clock.ts'
import { CodedError, type ErrorCode } from '../../contracts/errors.ts'
import { languages } from '../../contracts/notify.ts'
import type { Db } from '../db/open.ts'
import type { Logger } from '../logger.ts'
import type { Sounds } from '../sounds/sounds.ts'
import { anySpeaker } from './speakers.ts'

export interface Readiness {
  /** What keeps loudspeakers from being heard; nothing where there are none. */
  problems(): Promise<readonly ErrorCode[]>
  /**
   * Speaks the emergency templates in advance: in an emergency nobody waits for a program, and one that is
   * broken is known before.
   */
  prepare(): Promise<void>
}

const askedAnewMs = 15 * secondMs

export function createReadiness(deps: {
  readonly db: Db
  readonly clock: Clock
  readonly logger: Logger
  readonly sounds: Pick<Sounds, 'missing' | 'spoken'>
}): Readiness {
  const { db, clock, logger, sounds } = deps
  let known: { readonly at: number; readonly codes: readonly ErrorCode[] } | null = null
  let failed: ErrorCode | null = null

  const look = async (): Promise<readonly ErrorCode[]> => {
    if (!(await anySpeaker(db, false))) return []
    const missing = await sounds.missing()
    return failed === null || missing.includes(failed) ? missing : [...missing, failed]
  }
  return {
    async problems() {
      if (known !== null && Math.abs(clock() - known.at) < askedAnewMs) return known.codes
      const codes = await look()
      if (codes.join() !== (known?.codes.join() ?? ''))
        logger.warn({ missing: codes }, 'broadcast: what keeps loudspeakers from being heard')
      known = { at: clock(), codes }
      return codes
    },
    async prepare() {
      if (!(await anySpeaker(db, true))) return
      try {
        for (const { text } of broadcastTemplates)
          for (const language of languages) await sounds.spoken(text[language], language)
        failed = null
      } catch (error) {
        if (!(error instanceof CodedError)) throw error
        if (failed !== error.code)
          logger.error({ code: error.code, why: error.message }, 'broadcast: a template is mute')
        failed = error.code
      }
    },
  }
}
