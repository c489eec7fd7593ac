import type { Values } from '../devices/measure.ts'
import { entranceSteps, placeSteps } from './entrance-script.ts'
import { type Action, alarm, at, cause, type Step } from './steps.ts'

export type { Action, Step } from './steps.ts'

/** Readings one after the other, `everySeconds` apart. */
const series = (
  start: number,
  everySeconds: number,
  device: string,
  values: readonly Values[],
  of: string | null = null,
): readonly Step[] =>
  values.map((one, index) =>
    at(start + index * everySeconds, { kind: 'notice', device, values: one }, of),
  )

const anomalies: readonly Step[] = [
  ...alarm('noise.high', 'env-street', { noise: 82 }, { noise: 57 }, 75, 5),
  ...alarm('gas.alarm', 'gas-2-2-202', { gas: true }, { gas: false }, 25),
  ...alarm('smoke.alarm', 'smoke-9-1-103', { smoke: true }, { smoke: false }, 30, 5),
  ...alarm('sos.pressed', 'sos-1-2-401', { sos: true }, { sos: false }, 4),
  cause('camera.offline', 'cam-bikes', { kind: 'mute', camera: 'cam-bikes' }),
  cause('vehicle.fire-lane', 'cam-lane', { kind: 'show', camera: 'cam-lane', scene: 'blocked' }),
  ...alarm('water.leak', 'leak-8-2-304', { waterLeak: true }, { waterLeak: false }, 30),
  ...alarm('manhole.moved', 'manhole-east', { tilt: 38 }, { tilt: 0.6 }, 40),
  ...alarm('lift.trapped', 'lift-6-1', { liftTrapped: true }, { liftTrapped: false }, 40),
  ...alarm('lift.fault', 'lift-9-1', { liftFault: true }, { liftFault: false }, 45),
  ...alarm('device.battery-low', 'motion-6-1-501', { battery: 9 }, { battery: 76 }, 50),
  cause('device.offline', 'counter-gate', { kind: 'cut', device: 'counter-gate' }),
  ...alarm('water.level-high', 'manhole-west', { waterLevel: 1.4 }, { waterLevel: 0.2 }, 35, 5),
]

/** Above the limit for its 30 s, then for the rest of the run between the two levels. */
const cloudyWater: readonly Step[] = [
  ...alarm('water.quality', 'tank-2', { turbidity: 2.6 }, { turbidity: 1.05 }, 36, 6),
  ...series(
    58,
    3,
    'tank-2',
    [
      { turbidity: 0.95 },
      { turbidity: 1.04 },
      { turbidity: 0.93 },
      { turbidity: 1.02 },
      { turbidity: 0.94 },
      { turbidity: 0.4 },
    ],
    'water.quality/tank-2',
  ),
]

const trapSteps: readonly Step[] = [
  at(4, { kind: 'show', camera: 'cam-lane', scene: 'passing' }, 'trap/passing'),
  at(14, { kind: 'notice', device: 'smoke-8-2-304', values: { smoke: true } }),
  at(14.6, { kind: 'notice', device: 'smoke-8-2-304', values: { smoke: false } }),
  at(35, { kind: 'notice', device: 'smoke-8-2-304', values: { smoke: true } }),
  at(35.6, { kind: 'notice', device: 'smoke-8-2-304', values: { smoke: false } }),
  at(11.2, { kind: 'remember', device: 'sos-1-2-401' }, 'sos.pressed/sos-1-2-401'),
  at(11.5, { kind: 'redeliver', device: 'sos-1-2-401' }, 'sos.pressed/sos-1-2-401'),
  at(27, { kind: 'redeliver', device: 'sos-1-2-401' }, 'sos.pressed/sos-1-2-401'),
  at(9, { kind: 'notice', device: 'door-11-2-602', values: { doorOpen: false, battery: 16 } }),
  at(30, { kind: 'notice', device: 'door-11-2-602', values: { doorOpen: false, battery: 15.4 } }),
  ...series(6, 4, 'env-square', [
    { noise: 68.2 },
    { noise: 71.1 },
    { noise: 66.4 },
    { noise: 72.3 },
    { noise: 69.5 },
    { noise: 70.6 },
    { noise: 66.1 },
    { noise: 71.8 },
    { noise: 55.2 },
  ]),
  // The carer comes, and the elder is at home and well.
  at(22, { kind: 'show', camera: 'cam-door-8-1', scene: 'visitor' }),
  at(28, { kind: 'notice', device: 'door-8-1-203', values: { doorOpen: true } }),
  at(29, { kind: 'show', camera: 'cam-door-8-1', scene: 'quiet' }),
  at(34, { kind: 'notice', device: 'door-8-1-203', values: { doorOpen: false } }),
  at(38, { kind: 'notice', device: 'motion-8-1-203', values: { motion: true } }),
  at(46, { kind: 'notice', device: 'motion-8-1-203', values: { motion: false } }),
  // Much later, where the play goes on: the car drives away, and she was only asleep.
  at(110, { kind: 'show', camera: 'cam-lane', scene: 'quiet' }),
  at(180, { kind: 'notice', device: 'motion-6-2-301', values: { motion: true } }),
  at(190, { kind: 'notice', device: 'motion-6-2-301', values: { motion: false } }),
]

/** Ends whatever an earlier play may have left behind: every alarm let go, the fire lane free. */
export const allClear: readonly Action[] = [
  ...[...anomalies, ...cloudyWater, ...entranceSteps].flatMap(({ action }) =>
    action.kind === 'release' ? [action] : [],
  ),
  { kind: 'notice', device: 'tank-2', values: { turbidity: 0.3 } },
  { kind: 'show', camera: 'cam-lane', scene: 'quiet' },
]

/** The whole play in order of time: the anomalies of the truth list, the traps, and neighbours. */
export const script: readonly Step[] = [
  ...anomalies,
  ...cloudyWater,
  ...trapSteps,
  ...entranceSteps,
  ...placeSteps,
].sort((a, b) => a.atMs - b.atMs)
