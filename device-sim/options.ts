import { parseArgs } from 'node:util'

export interface DemoOptions {
  /** Seconds of play, then the score; null: until Ctrl-C. */
  readonly durationSeconds: number | null
  /** Only the closing line goes to stdout. */
  readonly json: boolean
  readonly seed: number
  readonly help: boolean
}

export const defaultSeed = 20_261_120
const durationMaxSeconds = 86_400

export const helpText = `npm run demo [-- --duration SECONDS] [--json] [--seed N]

Starts Linli on embedded parts, seeds the sample community 桐花里 once, and plays it: households with
their routines, sensors, cameras, a door terminal and a barrier, staged emergencies and traps.

  --duration N  play N seconds, then print the score and stop (a fresh temporary home unless LINLI_HOME is set)
  --json        print nothing but the score, as one JSON line, on stdout; the rest goes to stderr
  --seed N      another play of chance (default ${defaultSeed})
  --help        this text

Environment: LINLI_HOME (default ./data/demo), LINLI_HTTP_PORT (8080), LINLI_MQTT_PORT (1883),
LINLI_MODELS, LINLI_COMMUNITY (demo), LINLI_ADMIN_PASSWORD, and what npm start reads. Without
LINLI_CONFIG it writes a configuration of its own: test mode, faces open doors by pictures alone.
Without --duration it plays until Ctrl-C. What cameras see needs model weights and photographs
(../shared/models and ../shared/media beside the checkout) and ffmpeg; what cannot be staged without
them is left out and said so.`

/** Throws with a readable message where an option is unknown or not a number. */
export function parseOptions(args: readonly string[]): DemoOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      duration: { type: 'string' },
      json: { type: 'boolean', default: false },
      seed: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  return {
    durationSeconds:
      values.duration === undefined
        ? null
        : wholeNumber('--duration', values.duration, 1, durationMaxSeconds),
    json: values.json,
    seed:
      values.seed === undefined ? defaultSeed : wholeNumber('--seed', values.seed, 0, 2 ** 32 - 1),
    help: values.help,
  }
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < min || value > max)
    throw new Error(`${name}: expected a whole number from ${min} to ${max}, got "${text}"`)
  return value
}
