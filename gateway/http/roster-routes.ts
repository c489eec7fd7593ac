import type { FastifyInstance } from 'fastify'
import { Compile } from 'typebox/compile'
import { CodedError } from '../../contracts/errors.ts'
import { Roster, RosterChange } from '../../contracts/roster.ts'

export interface PrivateRoster {
  version(): number
  /** Resolves once the copy on disk and both threads hold it. */
  replace(roster: Roster): Promise<void>
  /** False when `base` is not the present version; nothing changed then. */
  patch(change: RosterChange): Promise<boolean>
}

const isRoster = Compile(Roster)
const isChange = Compile(RosterChange)

export function rosterRoutes(app: FastifyInstance, roster: PrivateRoster): void {
  app.put('/roster', async (request) => {
    const { body } = request
    if (!isRoster.Check(body)) throw invalid(isRoster.Errors(body))
    await roster.replace(body)
    return { version: roster.version() }
  })
  app.patch('/roster', async (request) => {
    const { body } = request
    if (!isChange.Check(body)) throw invalid(isChange.Errors(body))
    if (!(await roster.patch(body))) {
      throw new CodedError(
        'gateway.roster-version',
        `have ${roster.version()}, change is based on ${body.base}`,
      )
    }
    return { version: roster.version() }
  })
}

function invalid(
  errors: readonly { readonly instancePath: string; readonly message: string }[],
): CodedError {
  const first = errors[0]
  return new CodedError(
    'request.invalid',
    first === undefined ? 'not a roster' : `${first.instancePath} ${first.message}`,
  )
}
