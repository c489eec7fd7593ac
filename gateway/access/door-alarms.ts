import type { RosterDevice } from '../../contracts/roster.ts'
import type { FaceRefusal } from '../model/access.ts'
import type { AlarmFact } from '../model/input.ts'

/** Somebody held a picture or a screen before a door. Names whom it showed, keeps no picture of who did. */
export function spoofAlarm(
  device: RosterDevice,
  refusal: FaceRefusal,
  shown: { readonly id: string; readonly name: string } | null,
  receivedAt: number,
): AlarmFact {
  const { community, id, name } = device
  const zhWho = shown === null ? '' : `，画面像${shown.name}`
  const enWho = shown === null ? '' : `; it showed a face like that of ${shown.name}`
  return {
    kind: 'alarm',
    community,
    device: id,
    type: 'access.spoof',
    key: `access.spoof:${community}:${id}`,
    ts: refusal.ts,
    receivedAt,
    title: { zh: `${name} 疑似用照片开门`, en: `A picture held up at ${name}?` },
    description: {
      zh: `镜头前的人脸没有通过活体检测，门没有开${zhWho}。请到现场查看，并询问本人。`,
      en: `A face before the camera did not pass the liveness test and the door stayed shut${enWho}. Go and look, and ask the resident.`,
    },
    subject:
      shown === null
        ? { kind: 'device', id, name }
        : { kind: 'resident', id: shown.id, name: shown.name },
    evidence: [
      {
        kind: 'event',
        device: refusal.camera,
        ts: refusal.ts,
        type: 'face.not-live',
        text: {
          zh: `活体检测未通过（${refusal.detail}）`.slice(0, 4_000),
          en: `The liveness test failed (${refusal.detail})`.slice(0, 4_000),
        },
      },
    ],
    rule: { id: 'access-spoof', version: '1' },
  }
}
