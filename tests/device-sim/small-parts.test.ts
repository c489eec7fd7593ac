import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openMemory, seqJump } from '../../device-sim/memory.ts'
import { defaultSeed, parseOptions } from '../../device-sim/options.ts'
import { choosePort } from '../../device-sim/product/product.ts'
import { ticketOf } from '../../device-sim/product/ticket-watch.ts'
import { createRandom } from '../../device-sim/random.ts'

const homes: string[] = []
afterEach(() => {
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true })
})
const newHome = (): string => {
  const home = mkdtempSync(join(tmpdir(), 'linli-sim-'))
  homes.push(home)
  return home
}

test('options are what the contract says; a wrong one is refused by name', () => {
  expect(parseOptions([])).toEqual({
    durationSeconds: null,
    json: false,
    seed: defaultSeed,
    help: false,
  })
  expect(parseOptions(['--duration', '90', '--json', '--seed', '3'])).toMatchObject({
    durationSeconds: 90,
    json: true,
    seed: 3,
  })
  expect(() => parseOptions(['--duration', 'soon'])).toThrow('--duration')
  expect(() => parseOptions(['--fast'])).toThrow()
})

test('what the demo remembers holds passwords: only its owner may read it', () => {
  const home = newHome()
  const store = openMemory(home, () => 'secret-1')
  store.memory.mqtt['a'] = { username: 'a', password: 'b' }
  store.save()
  expect(statSync(join(home, 'simulator.json')).mode & 0o777).toBe(0o600)
  const again = openMemory(home, () => 'secret-2')
  expect(again.known).toBe(true)
  expect(again.memory.adminPassword).toBe('secret-1')
})

test('after a killed run seq jumps ahead: it may leave a gap but never repeat a number', () => {
  const home = newHome()
  const store = openMemory(home, () => 'x')
  store.memory.devices['a'] = { seq: 10, lastTs: 5, values: {} }
  store.memory.stoppedCleanly = false
  store.save()
  expect(openMemory(home, () => 'x').memory.devices['a']?.seq).toBe(10 + seqJump)
})

test('a busy default port falls back to any free one, a port that was asked for does not', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const busy = typeof address === 'object' && address !== null ? address.port : 0
  expect(await choosePort(undefined, busy)).toEqual({ port: '0', usualBusy: true })
  expect(await choosePort(String(busy), 1)).toEqual({ port: String(busy), usualBusy: false })
  await new Promise((resolve) => server.close(resolve))
})

test('only `event: ticket` of the stream names a ticket', () => {
  expect(ticketOf('id: 4\nevent: ticket\ndata: {"id":"tkt_1","title":"烟感"}')).toEqual({
    id: 'tkt_1',
    title: '烟感',
  })
  expect(ticketOf('event: kpi\ndata: {"id":"tkt_1"}')).toBeNull()
  expect(ticketOf(': keep-alive')).toBeNull()
  expect(ticketOf('event: ticket\ndata: {')).toBeNull()
})

test('forks of chance depend on name and seed only: drawing from one moves no other', () => {
  const one = createRandom(5)
  const expected = one.fork('a').next()
  one.next()
  expect(one.fork('a').next()).toBe(expected)
  expect(one.fork('b').next()).not.toBe(expected)
  expect(createRandom(6).fork('a').next()).not.toBe(expected)
})
