import { macOf } from '../device-id.ts'
import { isRecord, parseNumber, parseText } from '../shared/parse-value.ts'

/** What Tasmota says of itself in `tasmota/discovery/<MAC>/config`, as far as it decides how it is read. */
export interface TasmotaConfig {
  readonly mac: string
  readonly name: string
  readonly model: string | null
  /** Topics up to the command or the telemetry name, with the slash at the end. */
  readonly commandTopic: string
  readonly statTopic: string
  readonly teleTopic: string
  readonly online: string
  readonly offline: string
  /** What the relays call off and on. */
  readonly stateOff: string
  readonly stateOn: string
  /** Relays, lights and shutters: how many of them are relays or lights. */
  readonly relays: number
  /** Number of each announced switch and the name that somebody gave it. */
  readonly switches: readonly { readonly number: number; readonly name: string | null }[]
  readonly sleeps: boolean
}

const listOf = (raw: unknown): readonly unknown[] => (Array.isArray(raw) ? raw : [])

/** Null where it is no config of a device that we can listen to. */
export function readConfig(parsed: unknown): TasmotaConfig | null {
  if (!isRecord(parsed)) return null
  const mac = macOf(parseText(parsed['mac'], 32) ?? '')
  const topic = parseText(parsed['t'], 128)
  const fullTopic = parseText(parsed['ft'], 256)
  const [command, stat, tele] = listOf(parsed['tp']).map((prefix) => parseText(prefix, 64))
  if (mac === null || topic === null || fullTopic === null || !command || !stat || !tele)
    return null
  const place = (prefix: string): string => {
    const full = fullTopic
      .replaceAll('%prefix%', prefix)
      .replaceAll('%topic%', topic)
      .replaceAll('%hostname%', parseText(parsed['hn'], 64) ?? '')
      .replaceAll('%id%', mac.slice(-6).toUpperCase())
    return full.endsWith('/') ? full : `${full}/`
  }
  const states = listOf(parsed['state'])
  const names = listOf(parsed['swn'])
  return {
    mac,
    name: parseText(parsed['dn'], 200) ?? parseText(listOf(parsed['fn'])[0], 200) ?? topic,
    model: parseText(parsed['md'], 200),
    commandTopic: place(command),
    statTopic: place(stat),
    teleTopic: place(tele),
    online: parseText(parsed['onln'], 64) ?? 'Online',
    offline: parseText(parsed['ofln'], 64) ?? 'Offline',
    stateOff: parseText(states[0], 64) ?? 'OFF',
    stateOn: parseText(states[1], 64) ?? 'ON',
    relays: listOf(parsed['rl']).filter((kind) => kind === 1 || kind === 2).length,
    switches: listOf(parsed['swc'])
      .slice(0, 32)
      .flatMap((mode, i) =>
        (parseNumber(mode) ?? -1) < 0 ? [] : [{ number: i + 1, name: parseText(names[i], 64) }],
      ),
    sleeps: parsed['dslp'] === 1 || parsed['dslp'] === true,
  }
}
