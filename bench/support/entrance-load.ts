import { readFile } from 'node:fs/promises'
import { connectAsync, type MqttClient } from 'mqtt'
import { answerParent, childSettings } from './child.ts'

/**
 * Doors and barriers in a process of their own: each has a camera that publishes frames, and a lock on a
 * connection of its own that hears the command and acknowledges it. One clock measures both ends.
 */
export interface EntranceLoadSettings {
  readonly url: string
  readonly community: string
  readonly entrances: readonly string[]
  readonly secret: string
  /** JPEG files, by the name of who comes; in the order in which they are shown. */
  readonly approaches: Readonly<Record<string, readonly string[]>>
}

/** Somebody comes: frames at `framesPerSecond` until a command comes or `framesMax` are sent. */
export interface ApproachOrder {
  readonly entrance: string
  readonly who: string
  readonly framesPerSecond: number
  readonly framesMax: number
}

/** Ms from the publish of the first and of the second frame to the command; null: it stayed shut. */
export interface ApproachReport {
  readonly firstMs: number | null
  readonly decidingMs: number | null
  readonly framesSent: number
}

const settings = childSettings<EntranceLoadSettings>()
const pictures = new Map<string, Buffer[]>()
for (const [who, files] of Object.entries(settings.approaches))
  pictures.set(who, await Promise.all(files.map((file) => readFile(file))))

/** Called at the moment of the command. */
const waiting = new Map<string, () => void>()
const cameras = new Map<string, MqttClient>()
for (const entrance of settings.entrances) {
  const connect = (part: string): Promise<MqttClient> =>
    connectAsync(settings.url, {
      username: entrance,
      password: settings.secret,
      clientId: `${entrance}-${part}`,
      reconnectPeriod: 0,
    })
  const lock = await connect('lock')
  const topic = `linli/v1/${settings.community}/${entrance}`
  lock.on('message', (_topic, payload) => {
    waiting.get(entrance)?.()
    const { id } = JSON.parse(payload.toString()) as { id: string }
    lock.publish(`${topic}/ack`, JSON.stringify({ id, ok: true }), { qos: 1 })
  })
  await lock.subscribeAsync(`${topic}/command`, { qos: 1 })
  cameras.set(entrance, await connect('camera'))
}

async function approach(order: ApproachOrder): Promise<ApproachReport> {
  const camera = cameras.get(order.entrance)
  const frames = pictures.get(order.who)
  if (camera === undefined || frames === undefined) throw new Error(`no ${order.entrance}`)
  const sentAt: number[] = []
  const spacingMs = 1_000 / order.framesPerSecond
  const command: { at: number | null } = { at: null }
  const commanded = new Promise<void>((resolve) => {
    waiting.set(order.entrance, () => {
      command.at ??= performance.now()
      resolve()
    })
  })
  for (let i = 0; i < order.framesMax && command.at === null; i += 1) {
    sentAt.push(performance.now())
    const topic = `linli/v1/${settings.community}/${order.entrance}/frame/${Date.now()}`
    camera.publish(topic, frames[i % frames.length] as Buffer, { qos: 0 })
    await Promise.race([commanded, new Promise((resolve) => setTimeout(resolve, spacingMs))])
  }
  await Promise.race([commanded, new Promise((resolve) => setTimeout(resolve, 2_000))])
  waiting.delete(order.entrance)
  const since = (at: number | undefined): number | null =>
    command.at === null || at === undefined ? null : command.at - at
  return { firstMs: since(sentAt[0]), decidingMs: since(sentAt[1]), framesSent: sentAt.length }
}

answerParent(approach)
process.send?.('ready')
