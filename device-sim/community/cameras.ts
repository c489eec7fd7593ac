import type { Polygon } from '../../contracts/detections.ts'
import type { CameraSettings } from '../../contracts/roster.ts'

/** The marked fire lane in the picture of `cam-lane`, relative coordinates; the drawn scene paints it. */
export const fireLane: Polygon = [
  [0.18, 0.55],
  [0.79, 0.55],
  [0.975, 0.995],
  [0.04, 0.995],
]

/** Nearly the whole picture. */
const everywhere: Polygon = [
  [0.01, 0.01],
  [0.99, 0.01],
  [0.99, 0.995],
  [0.01, 0.995],
]

export interface CameraSpec {
  readonly id: string
  readonly name: string
  /** Metres east and north of the middle of the block. */
  readonly at: readonly [number, number]
  readonly framesPerSecond: number
  readonly settings: CameraSettings
}

const settings = (
  priority: CameraSettings['priority'],
  tasks: CameraSettings['tasks'],
  staleAfterMs: number,
  zones: CameraSettings['zones'] = [],
): CameraSettings => ({ priority, tasks, source: null, zones, staleAfterMs })

/** So short for the camera that dies that the demo can show it; the others may pause a minute. */
export const dyingCameraStaleMs = 8_000
const staleMs = 60_000

export const cameraCatalog: readonly CameraSpec[] = [
  {
    id: 'cam-lane',
    name: '9 号楼前消防通道摄像机',
    at: [0, -46],
    framesPerSecond: 2,
    settings: settings('public', ['objects'], staleMs, [
      { id: 'lane-9', name: '9 号楼消防通道', kind: 'fire-lane', polygon: fireLane },
    ]),
  },
  {
    id: 'cam-lane-11',
    name: '11 号楼前消防通道摄像机',
    at: [88, -46],
    framesPerSecond: 1,
    settings: settings('public', ['objects'], staleMs, [
      { id: 'lane-11', name: '11 号楼消防通道', kind: 'fire-lane', polygon: fireLane },
    ]),
  },
  {
    id: 'cam-gate',
    name: '东门车道摄像机',
    at: [121, 3],
    framesPerSecond: 1,
    settings: settings('door', ['plates'], staleMs),
  },
  {
    id: 'cam-square',
    name: '中心广场摄像机',
    at: [4, 8],
    framesPerSecond: 1,
    settings: settings('public', ['objects'], staleMs, [
      { id: 'square', name: '中心广场', kind: 'crowd', polygon: everywhere },
    ]),
  },
  {
    id: 'cam-pump-room',
    name: '2 号楼水泵房摄像机',
    at: [6, 66],
    framesPerSecond: 1,
    settings: settings('public', ['objects'], staleMs, [
      { id: 'pump-room', name: '水泵房', kind: 'intrusion', polygon: everywhere },
    ]),
  },
  {
    id: 'cam-lift-9-1',
    name: '9 号楼 1 单元轿厢摄像机',
    at: [-3, -61],
    framesPerSecond: 1,
    settings: settings('public', ['objects'], staleMs, [
      { id: 'lift-9-1', name: '9 号楼 1 单元轿厢', kind: 'lift', polygon: everywhere },
    ]),
  },
  {
    id: 'cam-door-8-1',
    name: '8 号楼 1 单元门口摄像机',
    at: [-88, -59],
    framesPerSecond: 1,
    settings: settings('door', ['faces'], staleMs),
  },
  {
    id: 'cam-hall-6-2',
    name: '6 号楼 2 单元楼道摄像机',
    at: [91, 61],
    framesPerSecond: 1,
    settings: settings('care', ['faces', 'objects'], staleMs),
  },
  {
    id: 'cam-bikes',
    name: '电动车棚摄像机',
    at: [-60, 10],
    framesPerSecond: 1,
    settings: settings('public', ['objects'], dyingCameraStaleMs),
  },
]
