import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Adapter } from '../../../../gateway/ingest/adapters/adapter.ts'
import type { Input } from '../../../../gateway/model/input.ts'

/** One message of a fixture, byte for byte. */
export interface FixtureMessage {
  readonly topic: string
  /** The payload as text; or as `json`, written without spaces; or as `hex`. */
  readonly payload?: string
  readonly json?: unknown
  readonly hex?: string
  readonly retain?: boolean
  /** Time that passes before it, ms. Only the clock of unit tests follows it. */
  readonly after?: number
}

/** What came of a device, in the order in which it came. */
export interface DeviceOutcome {
  readonly name?: string
  readonly type?: string
  readonly capabilities?: readonly string[]
  /** Entities that were not understood, with why. */
  readonly problems?: Readonly<Record<string, string>>
  /** Values by reading; `~` before a value marks a baseline or a retained one. */
  readonly readings?: Readonly<Record<string, readonly (string | number | boolean)[]>>
  readonly events?: readonly string[]
  readonly online?: readonly boolean[]
  readonly gone?: readonly string[]
}

export interface Fixture {
  readonly title: string
  /** Where the shapes were read; names and values are ours. */
  readonly upstream: readonly {
    readonly repo: string
    readonly file: string
    readonly commit: string
  }[]
  readonly messages: readonly FixtureMessage[]
  readonly expect: {
    readonly devices: Readonly<Record<string, DeviceOutcome>>
    /** Codes of refused messages. */
    readonly refused?: readonly string[]
  }
}

const folder = join(import.meta.dirname, '..', 'fixtures')

/** All fixtures of an ecosystem: `fixtures/<ecosystem>/*.json`. */
export const fixturesOf = (ecosystem: string): readonly (readonly [string, Fixture])[] =>
  readdirSync(join(folder, ecosystem))
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .map((name) => [
      name.slice(0, -'.json'.length),
      JSON.parse(readFileSync(join(folder, ecosystem, name), 'utf8')) as Fixture,
    ])

export function bytesOf({ payload, json, hex }: FixtureMessage): Buffer {
  if (hex !== undefined) return Buffer.from(hex, 'hex')
  return Buffer.from(json === undefined ? (payload ?? '') : JSON.stringify(json))
}

export const fixtureStart = 1_795_170_000_000

/** Plays messages into adapters as the pipeline does, timers and all; answers what was said and refused. */
export function play(
  adapters: readonly Adapter[],
  messages: readonly FixtureMessage[],
  options: { readonly fromMemory?: boolean; readonly startAt?: number } = {},
): {
  readonly inputs: readonly Input[]
  readonly refused: readonly string[]
  readonly endAt: number
} {
  const inputs: Input[] = []
  const refused: string[] = []
  let now = options.startAt ?? fixtureStart
  for (const message of messages) {
    now += message.after ?? 1_000
    for (const adapter of adapters) {
      const due = adapter.nextDueAt()
      if (due !== null && due <= now) inputs.push(...adapter.tick(now))
      if (!adapter.claims(message.topic)) continue
      const answer = adapter.apply({
        community: 'home',
        topic: message.topic,
        payload: bytesOf(message),
        retained: options.fromMemory === true && message.retain === true,
        client: 'home.bridge',
        receivedAt: now,
      })
      inputs.push(...answer.inputs)
      if (answer.refusal !== null) refused.push(answer.refusal.code)
    }
  }
  return { inputs, refused, endAt: now }
}

/** Inputs by device, in the shape of a fixture's expectations. */
export function outcomes(inputs: readonly Input[]): Record<string, Required<DeviceOutcome>> {
  const found: Record<string, Writable> = {}
  for (const input of inputs) {
    if (!('device' in input)) continue
    const device = (found[input.device] ??= empty())
    note(device, input)
  }
  return found
}

type Writable = {
  -readonly [K in keyof Required<DeviceOutcome>]: Required<DeviceOutcome>[K] extends readonly (infer T)[]
    ? T[]
    : Required<DeviceOutcome>[K]
}

const empty = (): Writable => ({
  name: '',
  type: '',
  capabilities: [],
  problems: {},
  readings: {},
  events: [],
  online: [],
  gone: [],
})

function note(device: Writable, input: Input): void {
  if (input.kind === 'info') {
    const { name = '', type = '', capabilities = [], entities = [] } = input.info
    device.name = name
    device.type = type
    device.capabilities = [...capabilities]
    device.problems = Object.fromEntries(
      entities.flatMap(({ name: of, problem }) => (problem === undefined ? [] : [[of, problem]])),
    )
  } else if (input.kind === 'reading') {
    const value = input.retained === true ? `~${input.value}` : input.value
    device.readings = {
      ...device.readings,
      [input.name]: [...(device.readings[input.name] ?? []), value],
    }
  } else if (input.kind === 'event') device.events.push(input.type)
  else if (input.kind === 'status') device.online.push(input.online)
  else if (input.kind === 'gone') device.gone.push(input.reason)
}
