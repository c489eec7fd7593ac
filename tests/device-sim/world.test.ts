import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { Aedes } from 'aedes'
import { afterEach, expect, test } from 'vitest'
import { hourMs } from '../../contracts/clock.ts'
import { parseDeviceTopic } from '../../contracts/topics.ts'
import { catalog, homeDevice } from '../../device-sim/community/catalog.ts'
import { terminal } from '../../device-sim/community/entrances.ts'
import { homeOf, parts } from '../../device-sim/community/cast.ts'
import { actOnCommands } from '../../device-sim/devices/actuator.ts'
import type { NumberedReading } from '../../device-sim/devices/measure.ts'
import type { Film } from '../../device-sim/frames/scene.ts'
import type { Memory } from '../../device-sim/memory.ts'
import { createRandom } from '../../device-sim/random.ts'
import { Stage } from '../../device-sim/scenario/stage.ts'
import { World } from '../../device-sim/world.ts'

interface Heard {
  readonly device: string
  readonly leaf: string
  readonly text: string
  readonly retain: boolean
}

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function listen(): Promise<{ url: string; heard: Heard[]; broker: Aedes }> {
  const broker = await Aedes.createBroker()
  const heard: Heard[] = []
  broker.on('publish', (packet) => {
    const topic = parseDeviceTopic(packet.topic)
    if (topic === null) return
    const { device, leaf } = topic
    heard.push({ device, leaf, text: packet.payload.toString(), retain: packet.retain })
  })
  const server: Server = createServer(broker.handle)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(async () => {
    await new Promise<void>((resolve) => broker.close(() => resolve()))
    server.close()
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no address')
  return { url: `mqtt://127.0.0.1:${address.port}`, heard, broker }
}

const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xd9])
const film: Film = new Map([['quiet', { play: 'loop', jpegs: [jpeg, Buffer.from([1])] }]])

function newWorld(url: string, memory: Memory, fresh: boolean): World {
  for (const { id } of catalog) memory.mqtt[id] ??= { username: id, password: 'x' }
  const films = new Map(catalog.filter(({ camera }) => camera).map(({ id }) => [id, film]))
  const world = new World(
    { memory, films, seed: createRandom(1), clock: Date.now, warn: () => undefined },
    { mqttUrl: url, community: 'demo', fresh },
  )
  closers.push(() => world.close())
  return world
}
const emptyMemory = (): Memory => ({
  adminPassword: '',
  passwords: {},
  cards: {},
  mqtt: {},
  devices: {},
  stoppedCleanly: true,
})
const readingsOf = (heard: readonly Heard[], device: string): NumberedReading[] =>
  heard
    .filter((one) => one.device === device && one.leaf === 'telemetry')
    .flatMap(({ text }) => JSON.parse(text) as NumberedReading | NumberedReading[])

test('a whole history goes out once, gapless, and the two pinned elders end when they should', async () => {
  const { url, heard } = await listen()
  const world = newWorld(url, emptyMemory(), true)
  await world.connect()
  for (const { id } of catalog) {
    const info = heard.find(({ device, leaf }) => device === id && leaf === 'info')
    const status = heard.find(({ device, leaf }) => device === id && leaf === 'status')
    expect([info?.retain, status?.retain, status?.text]).toEqual([true, true, 'online'])
  }
  const unseenAt = Date.now() - 24 * hourMs + 40_000
  const cannotTellAt = unseenAt + 10_000
  const sent = (await world.backfill()) + (await world.backfillPinned({ unseenAt, cannotTellAt }))
  expect(sent).toBeGreaterThan(30_000)
  const motion = readingsOf(heard, homeDevice(homeOf(parts.unseen), 'motion'))
  expect(motion.map(({ seq }) => seq)).toEqual(motion.map((_, index) => index + 1))
  expect(motion.filter(({ values }) => values['motion'] === true).at(-1)?.ts).toBe(unseenAt)
  expect(Date.now() - (motion.at(-1)?.ts ?? 0)).toBeLessThan(hourMs)
  const dead = readingsOf(heard, homeDevice(homeOf(parts.cannotTell), 'motion'))
  expect(dead.at(-1)?.ts).toBeLessThan(cannotTellAt + 60_000)
  const before = heard.length
  world.tick()
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(heard.slice(before).some(({ device }) => device.endsWith('11-1-402'))).toBe(false)
})

test('a second run goes on counting where the first one ended', async () => {
  const { url, heard } = await listen()
  const memory = emptyMemory()
  const first = newWorld(url, memory, true)
  await first.connect()
  await first.backfill()
  first.remember()
  await first.close()
  const before = readingsOf(heard, 'tank-2').at(-1)
  if (before === undefined) throw new Error('no history')
  const second = newWorld(url, memory, false)
  await second.connect()
  await second.devices.get('tank-2')?.notice({ turbidity: 0.3 }, Date.now())
  const after = readingsOf(heard, 'tank-2').at(-1)
  expect(after?.seq).toBe(before.seq + 1)
})

test('a cut cable is told by the will, a repeated delivery is the same byte for byte', async () => {
  const { url, heard, broker } = await listen()
  const world = newWorld(url, emptyMemory(), true)
  await world.connect()
  const stage = new Stage({
    devices: world.devices,
    cameras: world.cameras,
    cards: { deng: '4711' },
    visitorQr: 'qr-4712',
    clock: Date.now,
    warn: () => undefined,
  })
  await stage.act({ kind: 'hold', device: 'sos-1-2-401', values: { sos: true } })
  await stage.act({ kind: 'remember', device: 'sos-1-2-401' })
  await stage.act({ kind: 'release', device: 'sos-1-2-401', values: { sos: false } })
  await stage.act({ kind: 'redeliver', device: 'sos-1-2-401' })
  const texts = heard.filter(({ device, leaf }) => device === 'sos-1-2-401' && leaf === 'telemetry')
  expect(texts.map(({ text }) => JSON.parse(text).values.sos)).toEqual([true, false, true])
  expect(texts[2]?.text).toBe(texts[0]?.text)

  await stage.act({ kind: 'cut', device: 'counter-gate' })
  await expect
    .poll(
      () =>
        heard.filter(({ device, leaf }) => device === 'counter-gate' && leaf === 'status').at(-1)
          ?.text,
    )
    .toBe('offline')

  const link = world.devices.get(terminal)?.link
  if (link === undefined) throw new Error('no terminal')
  const moved: string[] = []
  actOnCommands(link, Date.now, (name) => moved.push(name))
  const command = { id: 'c1', name: 'door.unlock', args: {}, expiresAt: Date.now() + 5_000 }
  broker.publish(
    {
      cmd: 'publish',
      topic: `linli/v1/demo/${terminal}/command`,
      payload: JSON.stringify(command),
      qos: 1,
      retain: false,
      dup: false,
    },
    () => undefined,
  )
  await expect.poll(() => heard.find(({ leaf }) => leaf === 'ack')?.text).toContain('"ok":true')
  expect(moved).toEqual(['door.unlock'])
  await stage.act({ kind: 'present', terminal, card: 'deng' })
  expect(heard.find(({ leaf }) => leaf === 'event')?.text).toContain('"code":"4711"')
  await stage.act({ kind: 'show-code', terminal })
  const shown = heard.filter(({ leaf }) => leaf === 'event').at(-1)?.text
  expect(shown).toContain('"method":"qr","code":"qr-4712"')
})
