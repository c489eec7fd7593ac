export const sceneNames = [
  'quiet',
  // fire lanes
  'passing',
  'blocked',
  'stopping',
  // door cameras
  'visitor',
  'walk',
  'stranger',
  'spoof',
  'neighbour',
  'poster',
  // the gate
  'green-car',
  'blue-car',
  'visitor-car',
  // watched places
  'crowd',
  'shadow',
  'intruder',
  'ebike',
  'dim',
  'covered',
  'headlights',
] as const
export type SceneName = (typeof sceneNames)[number]

/** Frames of one scene. A `loop` is shown in chance order, a `once` from first to last, then `quiet`. */
export interface Scene {
  readonly play: 'loop' | 'once'
  readonly jpegs: readonly Buffer[]
  /** Left out: the camera's own rate. */
  readonly framesPerSecond?: number
}
export type Film = ReadonlyMap<SceneName, Scene>

export const once = (jpegs: readonly Buffer[], framesPerSecond?: number): Scene => ({
  play: 'once',
  jpegs,
  ...(framesPerSecond === undefined ? {} : { framesPerSecond }),
})
