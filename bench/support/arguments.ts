import { parseArgs } from 'node:util'

export interface BenchArguments {
  /** Print one JSON line and nothing else on standard output. */
  readonly json: boolean
  readonly seconds: number | null
  readonly rounds: number | null
  readonly seed: number
  readonly kills: number | null
  /** Faces in the gallery of `bench door`. */
  readonly templates: number | null
  readonly source: 'mqtt' | 'rtsp'
  /** The largest number of cameras that `bench cameras` tries. */
  readonly max: number | null
  readonly cameras: number | null
  readonly minutes: number | null
  /** People and days of `bench year`, and the threads that it takes. */
  readonly elders: number | null
  readonly days: number | null
  readonly threads: number | null
}

function number(text: string | undefined): number | null {
  if (text === undefined) return null
  const value = Number(text)
  if (!Number.isFinite(value) || value <= 0) throw new Error(`not a positive number: ${text}`)
  return value
}

/** What stands after `npm run bench -- NAME`. Throws on an unknown option. */
export function benchArguments(args: readonly string[]): BenchArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      seed: { type: 'string', default: '1' },
      kills: { type: 'string' },
      templates: { type: 'string' },
      source: { type: 'string', default: 'mqtt' },
      max: { type: 'string' },
      cameras: { type: 'string' },
      minutes: { type: 'string' },
      elders: { type: 'string' },
      days: { type: 'string' },
      threads: { type: 'string' },
    },
  })
  const { source } = values
  if (source !== 'mqtt' && source !== 'rtsp') throw new Error(`not mqtt or rtsp: ${source}`)
  return {
    json: values.json,
    seconds: number(values.seconds),
    rounds: number(values.rounds),
    seed: number(values.seed) ?? 1,
    kills: number(values.kills),
    templates: number(values.templates),
    source,
    max: number(values.max),
    cameras: number(values.cameras),
    minutes: number(values.minutes),
    elders: number(values.elders),
    days: number(values.days),
    threads: number(values.threads),
  }
}
