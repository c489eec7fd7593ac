import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connectAsync, type MqttClient } from 'mqtt'
import { answerParent, childSettings } from './child.ts'

/** The cameras in a process of their own: each publishes JPEGs at its share of the rate. */
export interface CameraLoadSettings {
  readonly url: string
  readonly community: string
  readonly cameras: number
  readonly secret: string
  readonly folder: string
  readonly pictures: number
}

export type CameraLoadOrder =
  | { readonly ask: 'start'; readonly perSecond: number }
  | { readonly ask: 'stop' }

const settings = childSettings<CameraLoadSettings>()
const pictures: Buffer[] = []
for (let i = 0; i < settings.pictures; i += 1)
  pictures.push(await readFile(join(settings.folder, `${i}.jpg`)))
const clients: MqttClient[] = []
for (let i = 0; i < settings.cameras; i += 1)
  clients.push(
    await connectAsync(settings.url, {
      username: `camera-${i}`,
      password: settings.secret,
      clientId: `camera-${i}`,
      reconnectPeriod: 0,
    }),
  )

let timer: NodeJS.Timeout | null = null
let sent = 0

function start(perSecond: number): void {
  const began = performance.now()
  let due = 0
  timer = setInterval(() => {
    const target = ((performance.now() - began) / 1_000) * perSecond
    // A burst after a pause would be no camera's doing: what was late is left out.
    if (target - due > settings.cameras) due = target - settings.cameras
    for (; due < target; due += 1) send()
  }, 2)
}

function send(): void {
  const camera = sent % settings.cameras
  // Cameras and pictures rotate at different paces: neighbouring frames of a camera differ.
  const picture = pictures[(sent + Math.floor(sent / settings.cameras)) % pictures.length]
  const topic = `linli/v1/${settings.community}/camera-${camera}/frame/${Date.now()}`
  if (picture !== undefined) clients[camera]?.publish(topic, picture, { qos: 0 })
  sent += 1
}

answerParent(async (order: CameraLoadOrder) => {
  if (timer !== null) clearInterval(timer)
  timer = null
  if (order.ask === 'start') start(order.perSecond)
  return sent
})
process.send?.('ready')
