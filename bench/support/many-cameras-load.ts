import { answerParent, childSettings } from './child.ts'
import { FrameSender } from './frame-sender.ts'
import { composeScenes, pictureFor } from './scenes.ts'

/** Many cameras at one frame a second in a process of their own; pictures are made before the first. */
export interface ManyCamerasSettings {
  readonly port: number
  readonly community: string
  readonly secret: string
  readonly scenes: number
  readonly seed: number
}

export type ManyCamerasOrder =
  /** From now on so many cameras send; those that are new connect first. */
  { readonly ask: 'cameras'; readonly count: number } | { readonly ask: 'report' }

export interface ManyCamerasReport {
  readonly sent: number
  /** Frames that the broker had not taken when the next was due. */
  readonly held: number
  readonly lost: number
  /** CPU of this process since its start, s. */
  readonly cpuSeconds: number
  readonly bytesPerFrame: number
}

const settings = childSettings<ManyCamerasSettings>()
const scenes = await composeScenes({
  scenes: settings.scenes,
  stillEach: 10,
  movingEach: 6,
  seed: settings.seed,
})
const buffers = scenes.flatMap(({ still, moving }) => [...still, ...moving])
const senders: FrameSender[] = []
let active = 0
const framesOf: number[] = []
const dueAt: number[] = []
const periodMs = 1_000

/** Each camera has its own moment in the second: cameras know nothing of each other. */
function tick(): void {
  const now = performance.now()
  for (let camera = 0; camera < active; camera += 1) {
    const due = dueAt[camera] ?? now
    if (now < due) continue
    const scene = scenes[camera % scenes.length]
    const frame = framesOf[camera] ?? 0
    const picture = scene === undefined ? undefined : pictureFor(scene, camera, frame)
    if (picture !== undefined) senders[camera]?.send(picture, Date.now())
    framesOf[camera] = frame + 1
    dueAt[camera] = Math.max(due + periodMs, now)
  }
}

async function grow(count: number): Promise<void> {
  for (let camera = senders.length; camera < count; camera += 1) {
    senders.push(
      await FrameSender.open({
        port: settings.port,
        community: settings.community,
        camera: `camera-${camera}`,
        password: settings.secret,
      }),
    )
    // The golden ratio spreads any number of cameras evenly over the second.
    dueAt.push(performance.now() + ((camera * 0.618034) % 1) * periodMs)
    framesOf.push(0)
  }
  active = count
}

const sum = (of: (sender: FrameSender) => number): number =>
  senders.reduce((total, sender) => total + of(sender), 0)

answerParent(async (order: ManyCamerasOrder): Promise<ManyCamerasReport> => {
  if (order.ask === 'cameras') await grow(order.count)
  const { user, system } = process.cpuUsage()
  return {
    sent: sum(({ sent }) => sent),
    held: sum(({ held }) => held),
    lost: sum(({ alive }) => Number(!alive)),
    cpuSeconds: (user + system) / 1e6,
    bytesPerFrame: Math.round(
      buffers.reduce((total, { length }) => total + length, 0) / Math.max(1, buffers.length),
    ),
  }
})
setInterval(tick, 4)
process.send?.('ready')
