import type { Words } from '../words.ts'
import { enBroadcast } from './broadcast.ts'
import { enCommon } from './common.ts'
import { enNames } from './names.ts'
import { enNotices } from './notices.ts'
import { enPeople } from './people.ts'
import { enPlaces } from './places.ts'
import { enTickets } from './tickets.ts'

export const en: Words = {
  ...enCommon,
  ...enTickets,
  ...enPlaces,
  ...enPeople,
  ...enNames,
  ...enNotices,
  ...enBroadcast,
}
