import { defaultDoor, type DoorSettings } from '../../../contracts/access.ts'
import type {
  Roster,
  RosterCard,
  RosterDevice,
  RosterResident,
  RosterVisitor,
} from '../../../contracts/roster.ts'
import { codeHash } from '../../../contracts/code-hash.ts'
import { createDoorGuard, type Doors } from '../../../gateway/access/door-guard.ts'
import { PassageBook } from '../../../gateway/access/passback.ts'
import { withoutCode } from '../../../gateway/access/presented-code.ts'
import type { DeviceEvent } from '../../../contracts/payloads.ts'
import type { FaceProof } from '../../../gateway/model/access.ts'
import type { AccessFact, AlarmFact } from '../../../gateway/model/input.ts'
import { RosterBook } from '../../../gateway/model/roster-book.ts'

/** Friday 2026-11-20 10:00 in China. */
export const now = Date.UTC(2026, 10, 20, 2)
export const community = 'demo'
export const passKey = 'a-key-of-this-box'

export const aDoor = (
  settings: Partial<DoorSettings> | null = null,
  more: Partial<RosterDevice> = {},
): RosterDevice => ({
  id: 'door-1',
  community,
  type: 'door-terminal',
  name: '1 号门',
  place: null,
  state: 'approved',
  household: null,
  intervalMs: null,
  camera: null,
  ...(settings === null ? {} : { door: { ...defaultDoor, ...settings } }),
  ...more,
})
export const resident = (id: string, household: string | null = 'hh_1'): RosterResident => ({
  id,
  community,
  household,
  name: id === 'res_1' ? '吴桂芬' : id,
  honorific: id,
  watch: null,
  away: [],
})
export const card = (code: string, more: Partial<RosterCard> = {}): RosterCard => ({
  id: `crd_${code}`,
  community,
  codeHashHex: codeHash(passKey, community, code),
  holder: { kind: 'resident', id: 'res_1', name: '吴桂芬' },
  doors: [],
  from: null,
  to: null,
  ...more,
})
export const visitor = (more: Partial<RosterVisitor> = {}): RosterVisitor => ({
  id: 'vis_1',
  community,
  name: '李四',
  host: 'res_1',
  pinHashHex: codeHash(passKey, community, '482913'),
  plate: null,
  doors: [],
  from: now - 3_600_000,
  to: now + 3_600_000,
  entriesMax: null,
  ...more,
})

export interface Stand {
  readonly doors: Doors
  readonly book: RosterBook
  readonly passages: PassageBook
  readonly facts: AccessFact[]
  readonly alarms: AlarmFact[]
  /** What happened, in order: `unlock door-1 5`, `ok`, `card-unknown` … */
  readonly order: string[]
  readonly log: { level: string; fields: object; message: string }[]
  /** Both clocks; advance them by hand. */
  readonly time: { now: number; at: number }
  readonly disk: { full: boolean }
  advance(ms: number): void
  /** A credential as a reader sends it, through the intake. */
  present(data: object, more?: { door?: string; id?: string; ts?: number }): Promise<void>
  event(type: string, data: object, door?: string): Promise<void>
  proof(more?: Partial<FaceProof>): void
  /** Reasons of all facts so far, and forgets them. */
  reasons(): string[]
}

export function stand(
  roster: Partial<Roster>,
  options: { acceptedBy?: string | null; passages?: PassageBook } = {},
): Stand {
  const book = new RosterBook()
  book.replace({
    version: 1,
    devices: [aDoor()],
    credentials: [],
    households: [],
    residents: [resident('res_1'), resident('res_2', 'hh_2')],
    cards: [],
    ...roster,
  })
  const facts: AccessFact[] = []
  const alarms: AlarmFact[] = []
  const order: string[] = []
  const log: Stand['log'] = []
  const time = { now, at: 50_000 }
  const disk = { full: false }
  const passages = options.passages ?? new PassageBook()
  let ids = 0
  const note = (level: string) => (fields: object, message: string) =>
    void log.push({ level, fields, message })
  const doors = createDoorGuard({
    roster: book,
    clock: () => time.now,
    monotonic: () => time.at,
    logger: { debug() {}, info: note('info'), warn: note('warn'), error: note('error') },
    actuator: {
      async act(device, name, args) {
        order.push(`${name} ${device.id} ${String(args['seconds'])}`)
        return { id: 'cmd_1', outcome: 'done', error: null }
      },
    },
    async record(fact) {
      if (disk.full) throw new Error('disk full')
      order.push(fact.reason)
      facts.push(fact)
    },
    alarm: (fact) => void alarms.push(fact),
    pictureLivenessAcceptedBy: options.acceptedBy ?? null,
    passages,
  })
  return {
    doors,
    book,
    passages,
    facts,
    alarms,
    order,
    log,
    time,
    disk,
    advance(ms) {
      time.now += ms
      time.at += ms
    },
    async present(data, { door = 'door-1', id = `e${++ids}`, ts = time.now } = {}) {
      const sent = { id, ts, type: 'credential.presented', data }
      const kept = withoutCode(community, Buffer.from(JSON.stringify(sent)), passKey)
      await doors.event(community, door, JSON.parse(Buffer.from(kept).toString()) as DeviceEvent)
    },
    event: (type, data, door = 'door-1') =>
      doors.event(community, door, {
        id: `e${++ids}`,
        ts: time.now,
        type,
        data: data as Record<string, unknown>,
      }),
    proof(more = {}) {
      doors.proven({
        community,
        camera: 'cam-1',
        resident: 'res_1',
        ts: time.now,
        at: time.at,
        similarity: 0.71,
        secondBest: 0.2,
        frames: 2,
        livenessScore: 0.95,
        ...more,
      })
    },
    reasons: () => facts.splice(0).map(({ reason }) => reason),
  }
}
