import { expect, test } from 'vitest'
import { openDatabase } from '../../../gateway/db/open.ts'
import { migrateGateway } from '../../../gateway/pipeline/compose.ts'
import { DeviceBook } from '../../../gateway/pipeline/device-book.ts'
import { createFireWatch } from '../../../gateway/wiring/fire-watch.ts'
import { barrierDevice, community, stand } from '../access/barrier-stand.ts'

const panel = { ...barrierDevice({}, 'panel'), type: 'fire-panel', barrier: null }
const { roster } = stand([barrierDevice({ fireInput: 'panel' }), panel])
const record = (device: string, values: object, receivedAt: number) => ({
  kind: 'publish' as const,
  receivedAt,
  topic: `linli/v1/${community}/${device}/telemetry`,
  client: device,
  retain: false,
  payload: Buffer.from(JSON.stringify({ ts: receivedAt, values })),
})

function watch() {
  const heard: string[] = []
  const fire = createFireWatch(roster, (_, device, active) => heard.push(`${device} ${active}`))
  return { fire, heard }
}
const now = 1_795_170_000_000

test('a fire input is heard when it changes, other devices and other readings are not', () => {
  const { fire, heard } = watch()
  fire.arrived(record('panel', { battery: 90 }, now))
  fire.arrived(record('arm-1', { smoke: true }, now))
  fire.arrived(record('panel', { smoke: true }, now))
  fire.arrived(record('panel', { smoke: true }, now + 1))
  fire.arrived(record('panel', { smoke: false }, now + 2))
  expect(heard).toEqual(['panel true', 'panel false'])
})

test('a fire that stood before a restart goes on after it; one of yesterday does not', () => {
  const state = (ts: number) => [
    {
      id: 'panel',
      community,
      online: true,
      lastSeenAt: ts,
      lastValues: { smoke: { ts, value: true } },
      health: null,
    },
  ]
  const old = watch()
  old.fire.resume(community, state(now - 86_400_000), now)
  expect(old.heard).toEqual([])
  const { fire, heard } = watch()
  fire.resume(community, state(now - 60_000), now)
  expect(heard).toEqual(['panel true'])
})

test('what an external broker remembers opens nothing when it is told again', () => {
  const { fire, heard } = watch()
  fire.arrived({ ...record('panel', { smoke: true }, now), client: 'broker', retain: true })
  expect(heard).toEqual([])
  fire.arrived({ ...record('panel', { smoke: true }, now), client: 'broker' })
  expect(heard).toEqual(['panel true'])
})

// A door that opens at every start of the box is left wedged, and one for a fire of last year trains people to run.
test('what a broker remembers opens nothing after a restart', () => {
  const db = openDatabase(':memory:')
  const limits = { devicesMax: 10, namesPerDeviceMax: 10, flushEveryMs: 0 }
  migrateGateway(db)
  const book = new DeviceBook(db, limits)
  const entry = book.meet(community, 'panel', 'panel', now)!
  const resumed = (): string[] => {
    book.touch(entry)
    book.flush(now, true)
    const { fire, heard } = watch()
    fire.resume(community, new DeviceBook(db, limits).states(community), now)
    return heard
  }
  book.value(entry, 'smoke', { ts: now - 60_000, value: true, retained: true })
  expect(resumed()).toEqual([])
  // The detector itself has said it since: then it stands, however often the broker repeats it.
  book.value(entry, 'smoke', { ts: now - 50_000, value: true })
  expect(resumed()).toEqual(['panel true'])
  book.value(entry, 'smoke', { ts: now - 40_000, value: true, retained: true })
  expect(resumed()).toEqual(['panel true'])
  book.value(entry, 'smoke', { ts: now - 30_000, value: false, retained: true })
  expect(resumed()).toEqual([])
  db.close()
})

test('after a change of the roster a standing fire is told to whoever listens now, and an old one forgotten', () => {
  const { guard: _, roster: book } = stand([barrierDevice({ fireInput: 'panel' }), panel])
  const heard: string[] = []
  const fire = createFireWatch(book, (_community, device, active) =>
    heard.push(`${device} ${active}`),
  )
  const change = (version: number, fireInput: string | null) =>
    book.replace({
      ...book.snapshot(),
      version,
      devices: [barrierDevice({ fireInput }), barrierDevice({ fireInput }, 'arm-2'), panel],
    })
  fire.arrived(record('panel', { smoke: true }, now))
  change(2, 'panel')
  fire.arrived(record('panel', { smoke: true }, now + 1))
  fire.arrived(record('panel', { smoke: true }, now + 2))
  expect(heard).toEqual(['panel true', 'panel true'])
  change(3, null)
  fire.arrived(record('panel', { smoke: false }, now + 3))
  change(4, 'panel')
  fire.arrived(record('panel', { smoke: true }, now + 4))
  expect(heard).toEqual(['panel true', 'panel true', 'panel true'])
})
