import { secondMs } from '../../contracts/clock.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { EnrolAnswer, EnrolRequest } from '../../contracts/private-api.ts'
import type { Trx } from '../db/open.ts'
import type { Services } from '../services.ts'
import { subjectHash } from './receipts.ts'
import { scheduleRemoval } from './removals.ts'

export type TemplateDeps = Pick<Services, 'db' | 'transact' | 'clock' | 'gateway' | 'removals'>

/** Longer than the gateway may take: what is not stored by then is deleted. */
const givenUpAfterMs = 60 * secondMs
/** A call without an answer may still arrive; it is deleted now and once more after this. */
const lateAfterMs = 30 * secondMs

/**
 * Lets the gateway make a template and stores what belongs to it, or neither. That the template must go
 * is written down first and taken back in the transaction of `commit`; whatever fails in between, and a
 * crash too, ends with its deletion.
 */
export async function withTemplate<T>(
  deps: TemplateDeps,
  request: EnrolRequest,
  commit: (trx: Trx) => Promise<T>,
): Promise<{ readonly answer: EnrolAnswer; readonly result: T }> {
  const { template, community, subject } = request
  await deps.transact((trx) =>
    scheduleRemoval(trx, {
      templates: [template],
      batch: template,
      consent: null,
      subjectSha256: subjectHash(community, subject),
      actor: 'linli: enrolment not finished',
      receipt: false,
      dueAt: deps.clock() + givenUpAfterMs,
    }),
  )
  try {
    const answer = await deps.gateway.enrol(request)
    const result = await deps.transact(async (trx) => {
      if (!(await takeBack(trx, template))) {
        throw new CodedError('gateway.unreachable', 'the enrolment took too long and was undone')
      }
      return commit(trx)
    })
    return { answer, result }
  } catch (error) {
    await undo(deps, template)
    throw error
  }
}

async function takeBack(trx: Trx, template: string): Promise<boolean> {
  const gone = await trx
    .deleteFrom('face_removals')
    .where('template', '=', template)
    .executeTakeFirst()
  return gone.numDeletedRows > 0n
}

async function undo(deps: TemplateDeps, template: string): Promise<void> {
  await deps.db
    .updateTable('face_removals')
    .set({ due_at: deps.clock() + lateAfterMs })
    .where('template', '=', template)
    .execute()
  // Out of reach is expected here: the list deletes it later.
  await deps.gateway.forget(template).catch(() => null)
}
