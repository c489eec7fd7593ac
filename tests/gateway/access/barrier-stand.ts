import { type BarrierSettings, defaultBarrier } from '../../../contracts/access.ts'
import type { PlateSeen } from '../../../contracts/detections.ts'
import type { RosterDevice, RosterVehicle, RosterVisitor } from '../../../contracts/roster.ts'
import { createBarrierGuard } from '../../../gateway/access/barrier-guard.ts'
import type { VotePlates } from '../../../gateway/access/plate-approach.ts'
import type { AccessFact, AlarmFact } from '../../../gateway/model/input.ts'
import { RosterBook } from '../../../gateway/model/roster-book.ts'
import type { FrameLook } from '../../../gateway/model/vision.ts'
import { lookedAt } from '../cameras/support.ts'

export const community = 'c1'
export const barrierDevice = (
  settings: Partial<BarrierSettings> = {},
  id = 'arm-1',
): RosterDevice => ({
  id,
  community,
  type: 'barrier',
  name: '东门道闸',
  place: null,
  state: 'approved',
  household: null,
  intervalMs: null,
  camera: null,
  barrier: { ...defaultBarrier, cameras: ['cam-gate'], ...settings },
})
export const car = (plate: string, more: Partial<RosterVehicle> = {}): RosterVehicle => ({
  id: `veh_${plate}`,
  community,
  plate,
  holder: { kind: 'resident', id: 'res_1', name: '张三' },
  list: 'allow',
  note: null,
  from: null,
  to: null,
  ...more,
})
export const visit = (plate: string, more: Partial<RosterVisitor> = {}): RosterVisitor => ({
  id: `vis_${plate}`,
  community,
  name: '李四',
  host: null,
  pinHashHex: null,
  plate,
  doors: [],
  from: 0,
  to: 10_000_000,
  entriesMax: null,
  ...more,
})
export const plate = (text: string | null, leftPx = 500, widthPx = 140): PlateSeen => ({
  score: 0.9,
  boxPx: [leftPx, 400, widthPx, widthPx / 3],
  cornersPx: [0, 0, 1, 0, 1, 1, 0, 1],
  layers: 1,
  colour: 'blue',
  text,
  confidence: 0.9,
  reads: [],
})
/** Two frames in a row with one text; the product's own vote is tested with its pictures. */
export const voteOfTwo: VotePlates = (history) => {
  const texts = history.flatMap(({ text }) => (text === null ? [] : [text]))
  const text = texts.find((one) => texts.filter((other) => other === one).length >= 2)
  return text === undefined ? null : { text, confidence: 0.9, frames: 2 }
}

/** A barrier, its roster and a clock; everything it did is in `opened`, `facts` and `alarms`. */
export function stand(
  devices: readonly RosterDevice[],
  vehicles: readonly RosterVehicle[] = [],
  visitors: readonly RosterVisitor[] = [],
) {
  const roster = new RosterBook()
  roster.replace({
    version: 1,
    devices: [...devices],
    credentials: [],
    households: [],
    residents: [],
    cards: [],
    vehicles: [...vehicles],
    visitors: [...visitors],
  })
  const time = { now: 1_000_000 }
  const opened: { id: string; at: number }[] = []
  const facts: AccessFact[] = []
  const alarms: AlarmFact[] = []
  const entries = new Map<string, number>()
  /** What arm and disk do. */
  const world: { outcome: 'done' | 'expired'; diskFull: boolean } = {
    outcome: 'done',
    diskFull: false,
  }
  const guard = createBarrierGuard({
    roster,
    clock: () => time.now,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    act: async (device) => {
      opened.push({ id: device.id, at: time.now })
      return { id: 'x', outcome: world.outcome, error: null }
    },
    record: async (fact) => {
      if (world.diskFull) throw new Error('disk full')
      facts.push(fact)
    },
    alarm: (fact) => void alarms.push(fact),
    vote: voteOfTwo,
    visitorEntries: (id) => entries.get(id) ?? 0,
  })
  const look = (
    plates: readonly PlateSeen[],
    afterMs = 200,
    camera = 'cam-gate',
    clockOffMs = 0,
  ): void => {
    time.now += afterMs
    const frame = {
      community,
      camera,
      capturedAt: null,
      receivedAt: time.now,
      jpeg: Buffer.alloc(0),
    }
    const analysis = { ...lookedAt, detections: [], models: [], sample: new Uint8Array(), plates }
    const settings = {
      priority: 'door' as const,
      tasks: ['plates' as const],
      source: null,
      zones: [],
      staleAfterMs: 10_000,
    }
    const at = time.now
    const given: FrameLook = { frame, ts: at + clockOffMs, at, analysis, objects: [], settings }
    guard.looked(given)
  }
  return { guard, roster, time, opened, facts, alarms, entries, world, look }
}
