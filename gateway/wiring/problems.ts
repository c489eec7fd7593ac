import { type ErrorCode, errorTable } from '../../contracts/errors.ts'
import type { GatewayHealth, Problem } from '../../contracts/health.ts'
import type { BrokerStats } from '../broker/broker.ts'
import type { SourceProblem } from '../cameras/camera-sources.ts'

export interface Symptoms {
  readonly models: GatewayHealth['models']
  readonly detectorCrashedLately: boolean
  readonly broker: BrokerStats
  readonly sources: readonly SourceProblem[]
  /** Why the last clip could not be made; null while they can. */
  readonly clips: ErrorCode | null
  /** What the outbox sender last failed with; null while it works. */
  readonly sender: { readonly code: ErrorCode; readonly detail: string } | null
  readonly seriesError: string | null
  /** Faces on disk that open nothing. */
  readonly unusableFaces: number
  readonly poisoned: number
  /** What is wrong with the rules of the configuration, or with stored ones. */
  readonly rules: readonly { readonly code: ErrorCode; readonly detail: string }[]
  /** Why records could not be committed lately; null when all could. */
  readonly commitsRefused: ErrorCode | null
}

const commands: Partial<Record<ErrorCode, string>> = {
  'model.missing': 'npm run linli -- models pull',
  'model.refused': 'npm run linli -- models pull',
  'ffmpeg.missing': 'apt-get install ffmpeg',
}

/** One entry of the problem list: what the table of errors says, and which part it is about. */
export function problem(code: ErrorCode, detail: string): Problem {
  const { title, hint } = errorTable[code]
  const about = detail === '' ? '' : ` (${detail})`
  return {
    code,
    what: { zh: `${title.zh}${about}`, en: `${title.en}${about}` },
    hint,
    command: commands[code] ?? null,
  }
}

/** Everything that is missing or broken now, each named once with the command that mends it. */
export function problemsOf(symptoms: Symptoms): Problem[] {
  const found: Problem[] = []
  const add = (code: ErrorCode, detail: string): void => {
    found.push(problem(code, detail))
  }
  const missing = symptoms.models.filter(({ state }) => state === 'missing')
  if (missing.length > 0) add('model.missing', missing.map(({ name }) => name).join(', '))
  const refused = symptoms.models.flatMap(refusedOf)
  if (refused.length > 0) add('model.refused', refused.join(', '))
  if (symptoms.detectorCrashedLately) add('model.crashed', '')
  for (const { code, detail } of symptoms.broker.problems) add(code, detail)
  const bySource = new Map<ErrorCode, string[]>()
  for (const { code, camera } of symptoms.sources) {
    bySource.set(code, [...(bySource.get(code) ?? []), camera])
  }
  for (const [code, cameras] of bySource) add(code, cameras.slice(0, 10).join(', '))
  if (symptoms.clips !== null) add(symptoms.clips, 'clips')
  if (symptoms.sender !== null) add(symptoms.sender.code, symptoms.sender.detail)
  if (symptoms.unusableFaces > 0) add('face.templates-unusable', String(symptoms.unusableFaces))
  if (symptoms.seriesError !== null) add('influx.unreachable', symptoms.seriesError)
  if (symptoms.poisoned > 0 && symptoms.sender?.code !== 'outbox.poisoned') {
    add('outbox.poisoned', String(symptoms.poisoned))
  }
  for (const { code, detail } of symptoms.rules) add(code, detail)
  if (symptoms.commitsRefused !== null) add(symptoms.commitsRefused, '')
  return found
}

/** The files with a wrong sha256, also where the right one lay in another place; else the name. */
function refusedOf(model: GatewayHealth['models'][number]): readonly string[] {
  if (model.refusedFiles !== undefined) return model.refusedFiles
  return model.state === 'refused' ? [model.name] : []
}
