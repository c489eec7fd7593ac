import type { SuspensionCreate } from '../../contracts/http/people.ts'
import type { LocalText } from '../../contracts/text.ts'
import type { ResidentRow } from '../people/residents.ts'

const reasons: Readonly<Record<SuspensionCreate['reason'], LocalText>> = {
  away: { zh: '外出了', en: 'is away' },
  hospital: { zh: '在医院', en: 'is in hospital' },
  family: { zh: '住在家人那里', en: 'is staying with family' },
}

/** What everybody hears who was alarmed, when somebody tells where the person is. */
export function goneWords(
  { honorific, name }: Pick<ResidentRow, 'honorific' | 'name'>,
  reason: SuspensionCreate['reason'],
): LocalText {
  const who = honorific === '' ? name : honorific
  const { zh, en } = reasons[reason]
  return { zh: `${who}${zh}，已登记，请放心。`, en: `${who} ${en}; it is noted. No need to worry.` }
}
