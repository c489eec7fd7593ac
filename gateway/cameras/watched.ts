import type { CameraSettings } from '../../contracts/roster.ts'
import type { AnalyseRequest, Analysis, MotionMemory } from '../model/vision.ts'
import type { ModelRef } from '../../contracts/detections.ts'
import type { Camera } from './camera.ts'
import { CrossingTally } from './crossing-tally.ts'
import { type LookOptions, LookSchedule } from './look-schedule.ts'
import type { SightingDesk } from './sighting-desk.ts'

/** One camera with all that follows its frames. Mutable; nothing of one camera is shared with another. */
export class Watched {
  readonly camera: Camera
  readonly desk: SightingDesk
  readonly looks: LookSchedule
  readonly tally = new CrossingTally()
  /** The background of the motion gate; null while a detector thread has it. */
  #memory: MotionMemory | null = null
  /** The weights of the last real look: what they found still stands while the gate is shut. */
  #models: readonly ModelRef[] = []

  constructor(camera: Camera, desk: SightingDesk, looks: LookOptions = {}) {
    this.camera = camera
    this.desk = desk
    this.looks = new LookSchedule(looks)
  }

  /** What to ask of the detectors for the frame that came in at `at`; hands the background over. */
  request(settings: CameraSettings, at: number): AnalyseRequest {
    const { tasks, masks = [], priority } = settings
    const gated = settings.motionGate ?? priority !== 'door'
    const memory = this.#memory
    this.#memory = null
    return {
      tasks,
      ...(masks.length === 0 ? {} : { masks }),
      gate: gated ? { memory, force: this.looks.mustLook(at) } : null,
      ...(priority === 'door' ? { urgent: true } : {}),
      ...(settings.zones.some(({ kind }) => kind === 'road') ? { stalls: true } : {}),
    }
  }

  /** The frame was given up before a thread had it: the background is still ours. */
  unanswered({ gate }: AnalyseRequest): void {
    const memory = gate?.memory ?? null
    if (memory !== null && memory.mean.length > 0) this.#memory = memory
  }

  /** Takes the background back; a frame at which the gate stayed shut stands on the look before it. */
  answered(analysis: Analysis): Analysis {
    this.#memory = analysis.memory
    if (analysis.motion?.shut === true) return { ...analysis, models: this.#models }
    this.#models = analysis.models
    return analysis
  }
}
