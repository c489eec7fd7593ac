import type { RosterDevice } from '../../contracts/roster.ts'
import type { AlarmFact } from '../model/input.ts'

/** A second car on one opening. `plate` is empty where nobody could read it. */
export function tailgatingAlarm(
  device: RosterDevice,
  plate: string,
  ts: number,
  receivedAt: number,
): AlarmFact {
  const { community, id, name } = device
  const zhCar = plate === '' ? '一辆未识别车牌的车' : `车辆 ${plate}`
  const enCar = plate === '' ? 'a car whose plate could not be read' : `car ${plate}`
  return {
    kind: 'alarm',
    community,
    device: id,
    type: 'access.tailgating',
    key: `access.tailgating/${community}/${id}`,
    ts,
    receivedAt,
    title: { zh: `${name} 有车尾随`, en: `Tailgating at ${name}` },
    description: {
      zh: `${zhCar}在为前车抬杆期间跟随通过，系统没有为它放行。请核对通行记录和画面。`,
      en: `While the arm was up for another car, ${enCar} followed through without being let in. Compare passages and pictures.`,
    },
    subject: plate === '' ? null : { kind: 'vehicle', id: plate, name: plate },
    evidence: [
      {
        kind: 'event',
        device: id,
        ts,
        type: 'barrier.tailgating',
        text: { zh: `${zhCar}未获放行而通过`, en: `${enCar} passed without being let in` },
      },
    ],
    rule: { id: 'barrier-tailgating', version: '1' },
  }
}
