import type { DoorSettings } from '../../contracts/access.ts'
import type { CameraSettings } from '../../contracts/roster.ts'
import { secondMs } from '../../contracts/clock.ts'

/** Doors and barriers of 桐花里, who may come in by face or plate, and whose pictures play them. */
export const terminal = 'terminal-8-1'
export const faceTerminal = 'face-east'
/** Somebody leaves this one open. */
export const carelessTerminal = 'terminal-2-2'
/** This one is forced. */
export const forcedTerminal = 'terminal-11-2'
export const barrier = 'barrier-east'
export const gateCamera = 'cam-gate'

/** So short at the careless one that the demo can show it. */
export const heldOpenMs = 8 * secondMs

export const doorSettings: Readonly<Record<string, Partial<DoorSettings>>> = {
  [faceTerminal]: { methods: ['face', 'card', 'qr'], liveness: 'picture', heldOpenAfterMs: 60_000 },
  [carelessTerminal]: { methods: ['card', 'qr'], heldOpenAfterMs: heldOpenMs },
  [forcedTerminal]: { methods: ['card', 'qr'], heldOpenAfterMs: 60_000 },
}

/** Where nobody accepted pictures as proof of life, a face needs its PIN (and the demo plays none). */
export function doorFor(door: Partial<DoorSettings>, testMode: boolean): Partial<DoorSettings> {
  if (testMode || door.methods === undefined) return door
  return {
    ...door,
    methods: door.methods.map((method) => (method === 'face' ? 'face+pin' : method)),
  }
}

export const faceTerminalCamera: CameraSettings = {
  priority: 'door',
  tasks: ['recognition'],
  source: null,
  zones: [],
  staleAfterMs: 60_000,
}
/** While nobody is there; a scene with somebody brings its own rate. */
export const faceTerminalFramesPerSecond = 1

/** Residents with a consent, and the picture that they enrolled with (../shared/media). */
export const enrolments: readonly { readonly resident: string; readonly picture: string }[] = [
  { resident: 'res-zhao-min', picture: 'faces/compreface_003_A.jpg' },
  // The same picture is later held up before the door: a photograph is easily had.
  { resident: 'res-luo-tianyi', picture: 'spoof/image_F2.jpg' },
]

/** A resident's car; 皖AUJ299, which also comes, is nobody's. */
export const residentCar = { plate: '苏ED51712', resident: 'res-wang-jianguo' } as const
/** Today's visitors: one by car, one with a code. */
export const visitorCar = { plate: '豫S90120', name: '许师傅', host: 'res-chen-zhiyuan' } as const
export const visitorOnFoot = { name: '蔡女士', host: 'res-deng-rui' } as const
