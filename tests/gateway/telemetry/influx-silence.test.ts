import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { closers, cursorStore, feeder, GrowingLog, someRecord, until } from './feeder-harness.ts'

const never = (): Promise<never> => Promise.reject(new Error('not reached'))

describe('an InfluxDB that does not answer', () => {
  test('a stalled server (accepts, never answers) is given up in time, and closing does not wait for it', async () => {
    const sockets = new Set<{ destroy(): void }>()
    const stalled = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => undefined)
    })
    await new Promise<void>((resolve) => stalled.listen(0, '127.0.0.1', resolve))
    closers.push(() => {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => stalled.close(resolve))
    })
    const { port } = stalled.address() as AddressInfo
    const log = new GrowingLog()
    log.append(someRecord(0))
    const made = feeder(`http://127.0.0.1:${port}`, log, cursorStore()).feeder
    made.start()
    await until(async () => (await made.stats()).retries >= 2)
    expect(await made.stats()).toMatchObject({
      lagRecords: 1,
      cursorId: 0,
      lastError: { code: 'influx.unreachable' },
    })
    const began = performance.now()
    await made.close()
    expect(performance.now() - began).toBeLessThan(400)
  })

  test('a server that dies in the middle of its answer does not hold the feeder for ever', async () => {
    const dying = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"results":')
        setTimeout(() => socket.destroy(), 10)
      })
    })
    await new Promise<void>((resolve) => dying.listen(0, '127.0.0.1', resolve))
    closers.push(() => new Promise((resolve) => dying.close(resolve)))
    const { port } = dying.address() as AddressInfo
    const log = new GrowingLog()
    log.append(someRecord(0))
    const made = feeder(`http://127.0.0.1:${port}`, log, cursorStore()).feeder
    made.start()
    await until(async () => (await made.stats()).retries >= 2)
    expect((await made.stats()).lastError?.code).toBe('influx.unreachable')
  })

  test('pauses between tries grow to a cap', async () => {
    const naps: number[] = []
    const log = new GrowingLog()
    log.append(someRecord(0))
    const refused = { start: () => Promise.reject(new Error('down')), writeNumbered: never }
    const made = feeder('http://127.0.0.1:9', log, cursorStore(), {
      series: refused,
      random: () => 1,
      sleep: async (ms) => {
        naps.push(ms)
        await new Promise((resolve) => setImmediate(resolve))
      },
    }).feeder
    made.start()
    await until(() => Promise.resolve(naps.length >= 8))
    await made.close()
    expect(naps.slice(0, 8)).toEqual([20, 40, 80, 160, 200, 200, 200, 200])
  })
})
