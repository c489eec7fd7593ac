import { secondMs } from '../../contracts/clock.ts'
import {
  carelessTerminal,
  faceTerminal,
  forcedTerminal,
  gateCamera,
  residentCar,
  terminal,
  visitorCar,
} from '../community/entrances.ts'
import type { SceneName } from '../frames/scene.ts'
import { type Action, alarm, at, cause, type Step } from './steps.ts'
import { passageAt } from './truth.ts'

/** The one step by which somebody asks to come in, at its staged time. */
const enter = (id: string, action: Action): Step => at(passageAt(id) / secondMs, action, id)
const show = (camera: string, scene: SceneName): Action => ({ kind: 'show', camera, scene })
const card = (door: string, key: string): Action => ({ kind: 'present', terminal: door, card: key })

/** Who comes to doors and to the arm. The doors themselves answer: whoever is let in opens them. */
export const entranceSteps: readonly Step[] = [
  enter('face/res-zhao-min', show(faceTerminal, 'walk')),
  at(17, show(faceTerminal, 'stranger'), 'trap/stranger'),
  cause('access.spoof', faceTerminal, show(faceTerminal, 'spoof')),
  enter('face/res-luo-tianyi', show(faceTerminal, 'neighbour')),
  at(60, show(faceTerminal, 'poster'), 'trap/poster'),
  at(70, show(faceTerminal, 'quiet')),
  enter('qr/visitor', { kind: 'show-code', terminal: faceTerminal }),

  at(8, show(gateCamera, 'blue-car'), 'trap/blue-car'),
  enter(`plate/${residentCar.plate}`, show(gateCamera, 'green-car')),
  enter(`plate/${visitorCar.plate}`, show(gateCamera, 'visitor-car')),

  enter('card/carer-jiang', card(terminal, 'carer')),
  enter('card/res-wang-jianguo', card(terminal, 'wang')),
  enter('card/res-deng-rui', card(terminal, 'deng')),

  // Let in, and the door is left open behind him.
  enter('card/res-chen-zhiyuan', card(carelessTerminal, 'chen')),
  ...alarm('door.held-open', carelessTerminal, { doorOpen: true }, { doorOpen: false }, 27),
  ...alarm('door.forced', forcedTerminal, { doorOpen: true }, { doorOpen: false }, 12),
]

/** What the cameras over squares, rooms and corridors see. */
export const placeSteps: readonly Step[] = [
  cause('crowd.gathered', 'cam-square', show('cam-square', 'crowd')),
  at(56, show('cam-square', 'quiet')),
  at(10, show('cam-pump-room', 'shadow'), 'trap/shadow'),
  cause('person.intrusion', 'cam-pump-room', show('cam-pump-room', 'intruder')),
  cause('ebike.in-lift', 'cam-lift-9-1', show('cam-lift-9-1', 'ebike')),
  at(75, show('cam-lift-9-1', 'quiet')),
  at(20, show('cam-hall-6-2', 'dim'), 'trap/lamps'),
  at(32, show('cam-hall-6-2', 'quiet'), 'trap/lamps'),
  cause('camera.covered', 'cam-hall-6-2', show('cam-hall-6-2', 'covered')),
  at(82, show('cam-hall-6-2', 'quiet')),
  at(12, show('cam-lane-11', 'stopping'), 'trap/stopping'),
  at(30, show('cam-bikes', 'headlights'), 'trap/headlights'),
]
