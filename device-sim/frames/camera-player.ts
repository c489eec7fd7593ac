import type { Clock } from '../../contracts/clock.ts'
import type { DeviceLink } from '../devices/link.ts'
import type { Random } from '../random.ts'
import type { Film, SceneName } from './scene.ts'

export interface CameraPlayer {
  start(): void
  /** Changes what the camera sees from its next frame on. Throws where the film has no such scene. */
  show(scene: SceneName): void
  /** The camera dies: one last frame now, then none; its connection stays. */
  mute(): void
  stop(): void
  readonly stats: { readonly sent: number; readonly skipped: number }
}

/** Sends ready JPEGs at a steady rate, that of the scene where it has one. A frame that cannot leave at once is skipped and counted. */
export function createCameraPlayer(
  deps: { link: Pick<DeviceLink, 'frame'>; film: Film; clock: Clock; random: Random },
  options: { framesPerSecond: number },
): CameraPlayer {
  const stats = { sent: 0, skipped: 0 }
  let scene: SceneName = 'quiet'
  let at = 0
  let timer: NodeJS.Timeout | null = null
  let dueAt = 0

  const next = (): Buffer => {
    const current = deps.film.get(scene)
    if (current === undefined) throw new Error(`invariant broken: no scene ${scene}`)
    if (current.play === 'once') {
      const jpeg = current.jpegs[at]
      at += 1
      if (jpeg !== undefined) return jpeg
      scene = 'quiet'
      at = 0
      return next()
    }
    // Never the same picture twice in a row: that would be a frozen camera.
    at = (at + deps.random.integer(1, current.jpegs.length - 1)) % current.jpegs.length
    const jpeg = current.jpegs[at]
    if (jpeg === undefined) throw new Error(`invariant broken: scene ${scene} is empty`)
    return jpeg
  }
  const send = (): void => {
    if (deps.link.frame(next(), deps.clock())) stats.sent += 1
    else stats.skipped += 1
  }
  const tick = (): void => {
    send()
    // A scene that ended with this frame has given way to the quiet one, with its own rate.
    const rate = deps.film.get(scene)?.framesPerSecond ?? options.framesPerSecond
    dueAt = Math.max(dueAt + 1_000 / rate, deps.clock())
    timer = setTimeout(tick, dueAt - deps.clock())
  }
  const stop = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = null
  }
  return {
    stats,
    start() {
      if (timer !== null) return
      dueAt = deps.clock() + 1_000 / options.framesPerSecond
      timer = setTimeout(tick, 1_000 / options.framesPerSecond)
    },
    show(name) {
      if (!deps.film.has(name)) throw new Error(`invariant broken: no scene ${name}`)
      scene = name
      at = 0
    },
    mute() {
      if (timer !== null) send()
      stop()
    },
    stop,
  }
}
