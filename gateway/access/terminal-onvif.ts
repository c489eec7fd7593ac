import { createHash } from 'node:crypto'
import type { TerminalReport } from '../../contracts/http/access.ts'

/** Access events of an ONVIF device over MQTT, as the lead topic says whose. */
export interface OnvifAccess {
  /** Topic prefix of the device, in front of `onvif-ej`. */
  readonly prefix: string
  /** `AccessPointToken` of its source: which of its doors; null where it has only one. */
  readonly accessPoint: string | null
  readonly report: TerminalReport
}

const marker = '/onvif-ej/AccessControl/'
const payloadBytesMax = 64 * 1024
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const text = (value: unknown, max: number): string | null =>
  (typeof value === 'string' && value !== '') || typeof value === 'number'
    ? String(value).slice(0, max)
    : null

/** Recognition types of ONVIF in our words; others stay `terminal`. */
const methods: Readonly<Record<string, string>> = {
  'pt:Card': 'card',
  'pt:PIN': 'pin',
  'pt:Face': 'face',
  'pt:LicensePlate': 'plate',
}

/**
 * `<prefix>/onvif-ej/AccessControl/AccessGranted|Denied/…[/&source…]` with `{UtcTime, Source, Data}` [ONVIF Core,
 * event broker; Access Control Service, "Notification topics"] into a report; null for all else. `AccessTaken`
 * and `AccessNotTaken` say what became of a grant: no second decision. `IdentifierValue` is a card number
 * or PIN and is never passed on. ONVIF events have no id: one is made of topic, time and content.
 */
export function decodeOnvifAccess(topic: string, payload: Uint8Array): OnvifAccess | null {
  const at = topic.indexOf(marker)
  if (at <= 0 || payload.length === 0 || payload.length > payloadBytesMax) return null
  const [kind] = topic.slice(at + marker.length).split('/')
  if (kind !== 'AccessGranted' && kind !== 'Denied') return null
  const body = parsed(payload)
  if (!isRecord(body)) return null
  const data = isRecord(body['Data']) ? body['Data'] : {}
  const source = isRecord(body['Source']) ? body['Source'] : {}
  const ts = typeof body['UtcTime'] === 'string' ? Date.parse(body['UtcTime']) : Number.NaN
  const prefix = topic.slice(0, at)
  const identifier = text(data['IdentifierType'], 32)
  const hash = createHash('sha256').update(topic).update('\n').update(payload).digest('hex')
  return {
    prefix,
    accessPoint: text(source['AccessPointToken'], 128),
    report: {
      id: `onvif-${hash.slice(0, 32)}`,
      ...(Number.isFinite(ts) ? { ts } : {}),
      granted: kind === 'AccessGranted',
      person: text(data['CredentialToken'], 128),
      name: text(data['CredentialHolderName'], 100),
      method: identifier === null ? null : (methods[identifier] ?? null),
      reason: kind === 'Denied' ? (text(data['Reason'], 200) ?? 'Other') : null,
    },
  }
}

function parsed(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
  } catch {
    return null
  }
}
