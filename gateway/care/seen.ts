import type { Evidence } from '../../contracts/anomaly.ts'
import type { CareSignKind } from '../../contracts/care.ts'
import { gatewayDevice } from '../../contracts/topics.ts'
import type { LocalText } from '../../contracts/text.ts'
import type { AnyEffect } from '../model/effect.ts'
import type { DeviceEventInput, IdentityFact } from '../model/input.ts'
import type { CareDesk } from './care-desk.ts'
import { workerVisited } from './home.ts'
import type { Person } from './person.ts'
import { takeBack } from './take-back.ts'
import { personSign } from './take-sign.ts'

export type Seen =
  | 'card'
  | 'pin'
  | 'qr'
  | 'face'
  | 'terminal'
  | 'plate'
  | 'visit'
  | 'checkin'
  | 'call'

const granted = 'access.granted'
const proofs: Readonly<Record<Seen, { readonly type: string; readonly text: LocalText }>> = {
  card: { type: granted, text: { zh: '本人刷卡进门', en: 'Own card at the door' } },
  pin: { type: granted, text: { zh: '用本人的密码进门', en: 'Own PIN at the door' } },
  qr: { type: granted, text: { zh: '用本人的二维码进门', en: 'Own QR code at the door' } },
  terminal: { type: granted, text: { zh: '门禁机认出本人', en: 'Known to the terminal' } },
  plate: { type: 'vehicle.passed', text: { zh: '本人的车过闸', en: 'Their car passed the gate' } },
  face: { type: 'sighting.identity', text: { zh: '人脸认出本人', en: 'Recognised by face' } },
  visit: { type: 'care.visit', text: { zh: '上门见到本人', en: 'Seen on a visit' } },
  checkin: { type: 'care.checkin', text: { zh: '本人报平安', en: 'Said that all is well' } },
  call: { type: 'care.call', text: { zh: '本人接了电话', en: 'Took the telephone' } },
}

export const eventProof = (device: string, ts: number, what: Seen): Evidence => ({
  kind: 'event',
  device,
  ts,
  ...proofs[what],
})

/** A camera recognised the person: place and time are kept, a picture never. */
export function applyIdentity(desk: CareDesk, fact: IdentityFact): readonly AnyEffect[] {
  const person = desk.persons.get(fact.resident)
  if (person === undefined || person.resident.community !== fact.community) return []
  const at = Math.min(fact.ts, fact.receivedAt)
  const camera = desk.roster.device(fact.community, fact.camera)
  const confidence = `${Math.round(fact.similarity * 100)} %`
  const { type, text } = proofs.face
  return personSign(
    desk,
    person,
    {
      ts: at,
      until: at,
      source: fact.camera,
      what: 'face',
      where: camera?.place?.name ?? camera?.name ?? fact.camera,
      proof: {
        kind: 'event',
        device: fact.camera,
        ts: at,
        type,
        text: {
          zh: `${text.zh}（相似度 ${confidence}）`,
          en: `${text.en} (similarity ${confidence})`,
        },
      },
    },
    fact.receivedAt,
  )
}

const said: ReadonlyMap<string, CareSignKind> = new Map<string, CareSignKind>([
  ['care.visit', 'visit'],
  ['care.checkin', 'checkin'],
  ['care.call', 'call'],
])
const places: Readonly<Record<CareSignKind, string>> = {
  visit: '上门看望',
  checkin: '手机报平安',
  call: '电话',
}

/**
 * What people say, as events of the gateway's own id: a visit in which they were seen, their own word, a call
 * that they took themself. A visit takes as well: door and motion around it may be the visitor's.
 */
export function applySaid(desk: CareDesk, event: DeviceEventInput): readonly AnyEffect[] {
  const what = said.get(event.type)
  if (what === undefined || event.device !== gatewayDevice) return []
  const { resident, seen, answered, byWhom, ts } = event.data
  const person = typeof resident === 'string' ? desk.persons.get(resident) : undefined
  if (person === undefined || person.resident.community !== event.community) return []
  const at = Math.min(typeof ts === 'number' ? Math.round(ts) : event.ts, event.receivedAt)
  const effects: AnyEffect[] = []
  if (what === 'visit') effects.push(...visitorsTaken(desk, person, at, event.receivedAt))
  if (what === 'visit' && seen !== true) return effects
  if (what === 'call' && (answered !== true || byWhom !== 'self')) return effects
  const sign = { ts: at, until: at, source: 'staff', what, where: places[what] }
  const proof = eventProof(gatewayDevice, at, what)
  effects.push(...personSign(desk, person, { ...sign, proof }, event.receivedAt))
  return effects
}

function visitorsTaken(desk: CareDesk, person: Person, at: number, now: number): AnyEffect[] {
  const { household } = person.resident
  if (household === null) return []
  const home = desk.home(household)
  workerVisited(home, at, desk.settings)
  desk.touchHome(home)
  return takeBack(desk, household, now)
}
