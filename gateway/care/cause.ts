import type { Evidence } from '../../contracts/anomaly.ts'
import type { LocalText } from '../../contracts/text.ts'
import type { Person } from './person.ts'

export type CareType = 'resident.unseen' | 'resident.cannot-tell' | 'resident.should-be-back'

export const keyOf = (type: CareType, person: Person): string =>
  `${type}:${person.resident.community}:${person.id}`

/** What ended an alarm. */
export interface Cause {
  readonly reason: LocalText
  readonly resolves: boolean
  readonly evidence: readonly Evidence[]
}

export const timeMoved: Cause = {
  reason: {
    zh: '期限已推后（外出、搬家登记或补到的记录）',
    en: 'Deadline moved: absence, move or late records',
  },
  resolves: false,
  evidence: [],
}
