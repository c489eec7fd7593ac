import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcp, type Socket } from 'node:net'
import { once } from 'node:events'
import type { CameraSettings } from '../../../contracts/roster.ts'
import {
  type CameraSourcesOptions,
  createCameraSources,
} from '../../../gateway/cameras/camera-sources.ts'
import type { CameraFrame } from '../../../gateway/model/frame.ts'
import { cameraDevice, rosterOf } from './support.ts'

/** What a test has opened and must close, last first. */
export class Closing {
  readonly #parts: (() => Promise<unknown>)[] = []
  add(close: () => Promise<unknown>): void {
    this.#parts.push(close)
  }
  async all(): Promise<void> {
    for (const close of this.#parts.splice(0).reverse()) await close()
  }
}

/** Real sources on this machine's loopback, with what they sent and what they logged. */
export function openSources(
  cameras: Readonly<Record<string, Partial<CameraSettings>>>,
  closing: Closing,
  options: Partial<CameraSourcesOptions> = {},
) {
  const frames = new Map<string, Buffer[]>()
  const logged: string[] = []
  const log = (fields: object, message: string): void =>
    void logged.push(JSON.stringify({ ...fields, message }))
  const book = rosterOf(
    ...Object.entries(cameras).map(([id, settings]) => cameraDevice(id, settings)),
  )
  const sources = createCameraSources(
    {
      roster: book,
      offer: ({ camera, jpeg }: CameraFrame) => {
        frames.set(camera, [...(frames.get(camera) ?? []), jpeg])
      },
      clock: Date.now,
      random: () => 0.5,
      logger: { debug: log, info: log, warn: log, error: log },
    },
    {
      allowedFolders: [],
      allowedNetworks: ['127.0.0.0/8'],
      framesPerSecond: 10,
      ...options,
    },
  )
  closing.add(() => sources.close())
  return {
    book,
    sources,
    logged,
    framesOf: (camera: string): readonly Buffer[] => frames.get(camera) ?? [],
    problemOf: (camera: string) => sources.problems().find((one) => one.camera === camera) ?? null,
    statsOf: (camera: string) => sources.stats().find((one) => one.camera === camera),
  }
}

/** A camera's web server on loopback; answers `http://127.0.0.1:port`. */
export async function webCamera(answer: RequestListener, closing: Closing): Promise<string> {
  const server = createServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.add(async () => {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Anything that speaks TCP on loopback; counts who came. */
export async function tcpServer(
  onConnection: (socket: Socket) => void,
  closing: Closing,
): Promise<{ port: number; connections: number }> {
  const sockets = new Set<Socket>()
  const found = { port: 0, connections: 0 }
  const server = createTcp((socket) => {
    found.connections += 1
    sockets.add(socket)
    socket.on('error', () => {})
    onConnection(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  found.port = (server.address() as AddressInfo).port
  closing.add(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((done) => server.close(done))
  })
  return found
}

/** Waits longer than `until` does: faults are noticed after seconds. */
export async function eventually(condition: () => boolean, what: string, ms = 25_000) {
  const begun = Date.now()
  while (!condition()) {
    if (Date.now() - begun > ms) throw new Error(`never came: ${what}`)
    await new Promise((done) => setTimeout(done, 20))
  }
  return Date.now() - begun
}
