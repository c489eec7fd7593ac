import { parseJson } from '../../payload-text.ts'
import type { Entity } from './entity.ts'
import type { Template } from './template.ts'

/** What one state message says of one entity. */
export type Said =
  | { readonly kind: 'value'; readonly value: boolean | number | string }
  | {
      readonly kind: 'event'
      readonly type: string
      readonly data: Readonly<Record<string, unknown>>
    }
  /** `None`, `nan`, an empty number: the entity's state is not known. */
  | { readonly kind: 'unknown' }
  /** Nothing that concerns it, or nothing that fits. */
  | { readonly kind: 'ignored'; readonly misfit: boolean }

const ignored: Said = { kind: 'ignored', misfit: false }
const misfit: Said = { kind: 'ignored', misfit: true }
const unknown: Said = { kind: 'unknown' }
const unknownWords: ReadonlySet<string> = new Set(['none', 'nan', 'null', 'unknown', 'unavailable'])
const textMax = 255

/** A state payload as text, with its JSON read once, however many entities share the topic. */
export class StatePayload {
  readonly text: string
  #json: { readonly value: unknown } | null = null

  constructor(text: string) {
    this.text = text
  }

  rendered(template: Template | null): string | null {
    if (template === null) return this.text.trim()
    return template.render(this.text, this.json())
  }

  json(): unknown {
    this.#json ??= { value: parseJson(this.text) }
    return this.#json.value
  }
}

export function readState(entity: Entity, payload: StatePayload): Said {
  if (entity.kind === 'event') return readEvent(entity, payload)
  const text = payload.rendered(entity.template)
  if (text === null || text === '') return ignored
  switch (entity.kind) {
    case 'trigger':
      return entity.on === '' || text === entity.on
        ? { kind: 'event', type: entity.eventType, data: { payload: text.slice(0, textMax) } }
        : ignored
    case 'binary':
      return readBinary(entity, text, payload)
    case 'tracker':
      if (text === 'None') return unknown
      return { kind: 'value', value: trackerState(entity, text) }
    case 'sensor':
      return readSensor(entity, text)
    case 'picture':
    case 'none':
      return ignored
  }
}

/** Compared as text, and case counts: what fits neither is nothing that may be guessed at. */
function readBinary(entity: Entity, text: string, payload: StatePayload): Said {
  if (text === 'None') return unknown
  if (text === entity.on) return { kind: 'value', value: true }
  if (text === entity.off) return { kind: 'value', value: false }
  if (entity.component !== 'light' || entity.template !== null) return misfit
  // A light of the JSON schema says its state in a key of that name.
  const json = payload.json()
  const state =
    typeof json === 'object' && json !== null ? (json as { state?: unknown }).state : null
  return state === 'ON' || state === 'OFF' ? { kind: 'value', value: state === 'ON' } : misfit
}

function readSensor(entity: Entity, text: string): Said {
  if (unknownWords.has(text.toLowerCase())) return unknown
  const known = entity.numeric || entity.deviceClass !== null
  const value = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
  if (Number.isFinite(value))
    return { kind: 'value', value: entity.meaning === null ? value : entity.meaning.scale(value) }
  return entity.numeric && known ? misfit : { kind: 'value', value: text.slice(0, textMax) }
}

const trackerState = (entity: Entity, text: string): string =>
  text === entity.on ? 'home' : text === entity.off ? 'not_home' : text.slice(0, textMax)

function readEvent(entity: Entity, payload: StatePayload): Said {
  const json =
    entity.template === null ? payload.json() : parseJson(payload.rendered(entity.template) ?? '')
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return misfit
  const { event_type: type, ...data } = json as Record<string, unknown>
  if (typeof type !== 'string' || !entity.eventTypes.includes(type)) return misfit
  return { kind: 'event', type: `${entity.deviceClass ?? entity.objectId}.${type}`, data }
}
