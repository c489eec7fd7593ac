import type { BarrierSettings, DoorSettings } from '../../contracts/access.ts'
import type { Place } from '../../contracts/place.ts'
import type { CameraSettings } from '../../contracts/roster.ts'
import { minuteMs } from '../../contracts/clock.ts'
import { cameraCatalog } from './cameras.ts'
import { speakerCapabilities } from '../devices/speaker.ts'
import { type HomeSpec, homes, pointAt, pointOfBuilding } from './cast.ts'
import {
  barrier,
  carelessTerminal,
  doorSettings,
  faceTerminal,
  faceTerminalCamera,
  faceTerminalFramesPerSecond,
  forcedTerminal,
  gateCamera,
  terminal,
} from './entrances.ts'

/** What one device measures at rest; the generator moves the values that move. */
export type RestingValues = Readonly<Record<string, number | boolean>>

export interface DeviceSpec {
  readonly id: string
  readonly type: string
  readonly name: string
  readonly model: string
  readonly place: Place
  readonly household: string | null
  /** How often it reports by itself; null for devices that only have events or pictures. */
  readonly intervalMs: number | null
  readonly resting: RestingValues
  /** Battery at the start of the play, %; null for devices on the mains. */
  readonly battery: number | null
  readonly camera: CameraSettings | null
  readonly door?: Partial<DoorSettings>
  readonly barrier?: Partial<BarrierSettings>
  /** What it says that it can, beside what it measures. */
  readonly capabilities?: readonly string[]
}

const homeIntervalMs = 2 * minuteMs
const alarmIntervalMs = 5 * minuteMs

type HomeKind = 'door' | 'motion' | 'water' | 'power' | 'smoke' | 'gas' | 'sos' | 'leak'
interface Kind {
  readonly type: string
  readonly name: string
  readonly model: string
  readonly intervalMs: number
  readonly resting: RestingValues
  readonly battery: number | null
}

const kinds: Readonly<Record<HomeKind, Kind>> = {
  door: {
    type: 'door-contact',
    name: '入户门磁',
    model: 'DC-2',
    intervalMs: homeIntervalMs,
    resting: { doorOpen: false },
    battery: 88,
  },
  motion: {
    type: 'motion',
    name: '客厅红外',
    model: 'PIR-4',
    intervalMs: homeIntervalMs,
    resting: { motion: false },
    battery: 76,
  },
  water: {
    type: 'water-meter',
    name: '水表',
    model: 'WM-15',
    intervalMs: homeIntervalMs,
    resting: { waterMeter: 120 },
    battery: null,
  },
  power: {
    type: 'power-meter',
    name: '电表',
    model: 'PM-60',
    intervalMs: homeIntervalMs,
    resting: { powerMeter: 2_400 },
    battery: null,
  },
  smoke: {
    type: 'smoke',
    name: '厨房烟感',
    model: 'SD-1',
    intervalMs: alarmIntervalMs,
    resting: { smoke: false },
    battery: 81,
  },
  gas: {
    type: 'gas',
    name: '燃气报警器',
    model: 'GD-3',
    intervalMs: alarmIntervalMs,
    resting: { gas: false },
    battery: null,
  },
  sos: {
    type: 'sos-button',
    name: '床头呼叫按钮',
    model: 'SB-1',
    intervalMs: alarmIntervalMs,
    resting: { sos: false },
    battery: 93,
  },
  leak: {
    type: 'water-leak',
    name: '卫生间水浸',
    model: 'WL-1',
    intervalMs: alarmIntervalMs,
    resting: { waterLeak: false },
    battery: 69,
  },
}

/** Elders get the whole set; other homes meters, a door contact and an alarm or two. */
const fitted: Readonly<Record<HomeSpec['kind'], readonly HomeKind[]>> = {
  'elder-alone': ['door', 'motion', 'water', 'power', 'smoke', 'sos'],
  elders: ['door', 'motion', 'water', 'power', 'smoke', 'sos', 'gas'],
  family: ['door', 'water', 'power', 'smoke', 'gas', 'leak'],
  single: ['door', 'water', 'power', 'smoke'],
}

export const homeDevice = (home: HomeSpec, kind: HomeKind): string => `${kind}-${home.code}`

function fitOf(home: HomeSpec): readonly DeviceSpec[] {
  return fitted[home.kind].map((kind) => ({
    id: homeDevice(home, kind),
    ...kinds[kind],
    name: `${home.address} ${kinds[kind].name}`,
    place: { name: home.address, ...pointOfBuilding(home.building) },
    household: home.id,
    camera: null,
  }))
}

const outdoor = (
  id: string,
  type: string,
  name: string,
  at: readonly [number, number],
  resting: RestingValues,
  battery: number | null = null,
): DeviceSpec => ({
  id,
  type,
  name,
  model: 'OD-1',
  place: { name, ...pointAt(at[0], at[1]) },
  household: null,
  intervalMs: Object.keys(resting).length === 0 ? null : minuteMs,
  resting,
  battery,
  camera: null,
})

const outdoors: readonly DeviceSpec[] = [
  outdoor('env-square', 'environment', '中心广场环境站', [0, 0], {
    noise: 52,
    pm25: 31,
    temperature: 14,
    humidity: 62,
  }),
  outdoor('env-street', 'environment', '桐花路临街环境站', [110, 0], {
    noise: 58,
    pm25: 38,
    temperature: 14,
    humidity: 60,
  }),
  outdoor('tank-2', 'water-quality', '2 号楼二次供水水箱', [5, 64], { turbidity: 0.3, ph: 7.3 }),
  outdoor('manhole-east', 'manhole', '东门污水井盖', [118, 20], { tilt: 0.6, waterLevel: 0.4 }, 72),
  outdoor(
    'manhole-west',
    'manhole',
    '西侧雨水井盖',
    [-118, -12],
    { tilt: 0.4, waterLevel: 0.2 },
    64,
  ),
  outdoor('lift-6-1', 'lift', '6 号楼 1 单元电梯', [88, 62], {
    liftFault: false,
    liftTrapped: false,
  }),
  outdoor('lift-9-1', 'lift', '9 号楼 1 单元电梯', [-2, -62], {
    liftFault: false,
    liftTrapped: false,
  }),
  outdoor('lamp-1', 'street-light', '广场北侧路灯', [10, 40], { lightOn: true }),
  outdoor('lamp-2', 'street-light', '广场南侧路灯', [10, -30], { lightOn: true }),
  outdoor('counter-gate', 'people-counter', '东门客流', [120, 2], { peopleIn: 0, peopleOut: 0 }),
]

const door = (id: string, name: string, building: number): DeviceSpec => ({
  ...outdoor(id, 'door-terminal', name, [0, 0], { doorOpen: false }),
  model: 'DT-7',
  place: { name, ...pointOfBuilding(building) },
  door: doorSettings[id] ?? {},
})

const entrances: readonly DeviceSpec[] = [
  {
    ...outdoor(terminal, 'door-terminal', '8 号楼 1 单元门禁', [-88, -58], { temperature: 21 }),
    model: 'DT-7',
    place: { name: '8 号楼 1 单元门口', ...pointOfBuilding(8) },
  },
  door(carelessTerminal, '2 号楼 2 单元门禁', 2),
  door(forcedTerminal, '11 号楼 2 单元门禁', 11),
  {
    ...outdoor(faceTerminal, 'face-terminal', '东门人行门禁', [119, -3], { doorOpen: false }),
    model: 'FT-3',
    camera: faceTerminalCamera,
    door: doorSettings[faceTerminal] ?? {},
  },
  {
    ...outdoor(barrier, 'barrier', '东门道闸', [122, 0], { temperature: 16 }),
    model: 'BG-2',
    barrier: { cameras: [gateCamera], direction: 'in' },
  },
]

const speaker = (id: string, name: string, place: DeviceSpec['place']): DeviceSpec => ({
  ...outdoor(id, 'speaker', name, [0, 0], { playing: false }),
  model: 'NS-20',
  place,
  intervalMs: null,
  capabilities: speakerCapabilities,
})

/** Loudspeakers, which fetch and speak what they are told. */
export const loudspeakers: readonly DeviceSpec[] = [
  speaker('speaker-6', '6 号楼大厅喇叭', { name: '6 号楼 大厅', ...pointOfBuilding(6) }),
  speaker('speaker-11', '11 号楼大厅喇叭', { name: '11 号楼 大厅', ...pointOfBuilding(11) }),
  speaker('speaker-square', '中心广场喇叭', { name: '中心广场', ...pointAt(0, 6) }),
]

/** Whatever moves on a command. */
export const actuators: readonly string[] = entrances.map(({ id }) => id)

/** Everything that speaks MQTT in 桐花里. */
export const catalog: readonly DeviceSpec[] = [
  ...homes.flatMap(fitOf),
  ...outdoors,
  ...entrances,
  ...loudspeakers,
  ...cameraCatalog.map((camera) => ({
    id: camera.id,
    type: 'camera',
    name: camera.name,
    model: 'IPC-720',
    place: { name: camera.name, ...pointAt(camera.at[0], camera.at[1]) },
    household: null,
    intervalMs: null,
    resting: {},
    battery: null,
    camera: camera.settings,
  })),
]

/** Everything that sends frames, and how often while nothing goes on. */
export const eyes: readonly { readonly id: string; readonly framesPerSecond: number }[] = [
  ...cameraCatalog,
  { id: faceTerminal, framesPerSecond: faceTerminalFramesPerSecond },
]
