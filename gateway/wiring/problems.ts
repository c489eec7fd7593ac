import { type ErrorCode, errorTable } from '../../contracts/errors.ts'
import type { GatewayHealth, Problem } from '../../contracts/health.ts'
import type { BrokerStats } from '../broker/broker.ts'
import type { SourceProblem } from '../cameras/camera-sources.ts'

export interface Symptoms {
  readonly models: GatewayHealth['models']
  readonly detectorCrashedLately: boolean
  readonly broker: BrokerStats
  readonly sources: readonly SourceProblem[]
  /** What the outbox sender last failed with; null while it works. */
  readonly sender: { readonly code: ErrorCode; readonly detail: string } | null
  readonly seriesError: string | null
  readonly poisoned: number
  /** Records that could not be committed lately. */
  readonly commitsRefused: boolean
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
  const named = (state: 'missing' | 'refused'): string =>
    symptoms.models
      .filter((model) => model.state === state)
      .map((model) => model.name)
      .join(', ')
  if (named('missing') !== '') add('model.missing', named('missing'))
  if (named('refused') !== '') add('model.refused', named('refused'))
  if (symptoms.detectorCrashedLately) add('model.crashed', '')
  if (!symptoms.broker.connected && symptoms.broker.kind === 'external') {
    add('broker.unreachable', symptoms.broker.lastError ?? '')
  }
  const bySource = new Map<ErrorCode, string[]>()
  for (const { code, camera } of symptoms.sources) {
    bySource.set(code, [...(bySource.get(code) ?? []), camera])
  }
  for (const [code, cameras] of bySource) add(code, cameras.slice(0, 10).join(', '))
  if (symptoms.sender !== null) add(symptoms.sender.code, symptoms.sender.detail)
  if (symptoms.seriesError !== null) add('influx.unreachable', symptoms.seriesError)
  if (symptoms.poisoned > 0 && symptoms.sender?.code !== 'outbox.poisoned') {
    add('outbox.poisoned', String(symptoms.poisoned))
  }
  if (symptoms.commitsRefused) add('disk.full', '')
  return found
}
