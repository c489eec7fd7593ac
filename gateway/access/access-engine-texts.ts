import { type AnomalyType, defaultSeverity, type Evidence } from '../../contracts/anomaly.ts'
import type { RosterDevice } from '../../contracts/roster.ts'
import type { LocalText } from '../../contracts/text.ts'
import type { ClearEffect, RaiseEffect } from '../model/effect.ts'
import type { AlarmFact } from '../model/input.ts'

const version = '1'

export const doorAnomalyKey = (type: AnomalyType, community: string, id: string): string =>
  `${type}:${community}:${id}`

interface DoorAnomaly {
  readonly type: AnomalyType
  readonly at: number
  readonly title: LocalText
  readonly description: LocalText
  readonly evidence: readonly Evidence[]
}

const raise = (device: RosterDevice, anomaly: DoorAnomaly): RaiseEffect => ({
  kind: 'raise',
  ...anomaly,
  key: doorAnomalyKey(anomaly.type, device.community, device.id),
  severity: defaultSeverity[anomaly.type],
  community: device.community,
  device: device.id,
  place: device.place,
  subject: { kind: 'device', id: device.id, name: device.name },
  rule: { id: anomaly.type.replace('.', '-'), version },
})

const opened = (device: RosterDevice, ts: number): Evidence => ({
  kind: 'reading',
  device: device.id,
  reading: 'doorOpen',
  ts,
  value: true,
})

export const forcedOf = (device: RosterDevice, at: number): RaiseEffect =>
  raise(device, {
    type: 'door.forced',
    at,
    title: { zh: `${device.name} 被强行打开`, en: `${device.name} was forced open` },
    description: {
      zh: '门打开了，此前没有放行、没有按出门按钮，也没有火警。请到现场查看。',
      en: 'The door opened without a grant, an exit button or a fire alarm before it. Go and look.',
    },
    evidence: [opened(device, at)],
  })

export function heldOf(device: RosterDevice, since: number, heldMs: number): RaiseEffect {
  const seconds = Math.round(heldMs / 1_000)
  return raise(device, {
    type: 'door.held-open',
    at: since + heldMs,
    title: { zh: `${device.name} 长时间未关`, en: `${device.name} stands open` },
    description: {
      zh: `门已打开 ${seconds} 秒仍未关上。请检查是否有东西挡住。`,
      en: `The door has been open for ${seconds} seconds. Look whether something holds it.`,
    },
    evidence: [opened(device, since)],
  })
}

export const tailgatingOf = (
  device: RosterDevice,
  at: number,
  passed: number,
  grants: number,
): RaiseEffect =>
  raise(device, {
    type: 'access.tailgating',
    at,
    title: { zh: `${device.name} 有人尾随进门`, en: `Somebody followed in at ${device.name}` },
    description: {
      zh: `放行 ${grants} 次，画面中有 ${passed} 人进入。可能是同行的家人，也可能是尾随，请核对。`,
      en: `${grants} let in, ${passed} seen going in. It may be family; check who it was.`,
    },
    evidence: [
      {
        kind: 'event',
        device: device.id,
        ts: at,
        type: 'access.tailgating',
        text: { zh: `放行 ${grants}，进入 ${passed}`, en: `${grants} granted, ${passed} went in` },
      },
    ],
  })

/** An alarm of the doors, barriers or the watch-list as it goes to the ticket platform. */
export const alarmOf = (fact: AlarmFact, device: RosterDevice | null): RaiseEffect => ({
  kind: 'raise',
  type: fact.type,
  key: fact.key,
  severity: defaultSeverity[fact.type],
  community: fact.community,
  device: fact.device,
  place: device?.place ?? null,
  subject: fact.subject,
  title: fact.title,
  description: fact.description,
  at: fact.ts,
  rule: fact.rule,
  evidence: fact.evidence,
})

const clear = (key: string, at: number, reason: LocalText): ClearEffect => ({
  kind: 'clear',
  key,
  at,
  reason,
  resolves: false,
  evidence: [],
})

export const closedOf = (key: string, at: number): ClearEffect =>
  clear(key, at, { zh: '门已关上', en: 'The door is shut' })
export const goneOf = (key: string, at: number): ClearEffect =>
  clear(key, at, { zh: '门已撤下或设置已改', en: 'The door was withdrawn or set up differently' })
export const quietOf = (key: string, at: number): ClearEffect =>
  clear(key, at, { zh: '10 分钟内没有再发生', en: 'Not seen again for 10 minutes' })
