import type { Evidence } from '../../contracts/anomaly.ts'
import { gatewayDevice } from '../../contracts/topics.ts'
import type { LocalText } from '../../contracts/text.ts'
import type { Effect } from '../model/effect.ts'
import type { DeviceEventInput, IdentityFact } from '../model/input.ts'
import type { CareDesk } from './care-desk.ts'
import { personSign } from './take-sign.ts'

type Seen = 'card' | 'face' | 'visit'

const proofs: Readonly<Record<Seen, { readonly type: string; readonly text: LocalText }>> = {
  card: {
    type: 'access.granted',
    text: { zh: '本人刷卡进门', en: 'Own card at the door' },
  },
  face: {
    type: 'sighting.identity',
    text: { zh: '人脸认出本人', en: 'Recognised by face' },
  },
  visit: {
    type: 'care.visit',
    text: { zh: '上门见到本人', en: 'Seen on a visit' },
  },
}

export const eventProof = (device: string, ts: number, what: Seen): Evidence => ({
  kind: 'event',
  device,
  ts,
  ...proofs[what],
})

/** A camera recognised the person: place and time are kept, a picture never. */
export function applyIdentity(desk: CareDesk, fact: IdentityFact): Effect[] {
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

/** `care.visit` of the gateway's own id: somebody went and looked. Only "seen" is a sign. */
export function applyVisit(desk: CareDesk, event: DeviceEventInput): Effect[] {
  if (event.type !== 'care.visit' || event.device !== gatewayDevice) return []
  const { resident, seen, ts } = event.data
  const person = typeof resident === 'string' ? desk.persons.get(resident) : undefined
  if (person === undefined || person.resident.community !== event.community || seen !== true)
    return []
  const at = Math.min(typeof ts === 'number' ? ts : event.ts, event.receivedAt)
  return personSign(
    desk,
    person,
    {
      ts: at,
      until: at,
      source: 'staff',
      what: 'visit',
      where: '上门看望',
      proof: eventProof(gatewayDevice, at, 'visit'),
    },
    event.receivedAt,
  )
}
