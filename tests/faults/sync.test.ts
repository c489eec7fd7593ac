import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { connectAsync } from 'mqtt'
import { describe, expect, it } from 'vitest'
import {
  benchCommunity,
  benchDevice,
  benchSecret,
  benchUser,
} from '../../bench/support/bench-roster.ts'
import { needs } from '../support/needs.ts'

const child = fileURLToPath(new URL('../../bench/support/gateway-child.ts', import.meta.url))

interface Traced {
  readonly process: ChildProcess
  readonly port: number
}

/** The gateway's broker and pipeline under strace; the channel to the parent goes through it. */
async function trace(folder: string, output: string): Promise<Traced> {
  const calls = 'trace=read,write,writev,fdatasync,fsync'
  const args = ['-f', '-s', '200', '-e', calls, '-e', 'signal=none', '-o', output]
  const settings = JSON.stringify({ folder, devices: 1 })
  const traced = spawn('strace', [...args, process.execPath, '--import', 'tsx', child, settings], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  })
  const port = await new Promise<number>((resolve, reject) => {
    traced.once('message', (message) => resolve((message as { port: number }).port))
    traced.once('exit', (code) => reject(new Error(`strace ended with ${code}`)))
  })
  return { process: traced, port }
}

/** Line numbers at which a call was through, whichever thread made it. */
function through(lines: readonly string[], pattern: RegExp): number[] {
  return lines.flatMap((line, number) => (pattern.test(line) ? [number] : []))
}

// That a commit "returned" proves nothing; what the kernel was asked to do, and in which order, does.
describe.runIf(needs('strace'))('acknowledged means on disk', () => {
  it('the disk is synced after a PUBLISH has been received and before its PUBACK is written', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'linli-strace-'))
    const output = join(folder, 'strace.txt')
    const traced = await trace(folder, output)
    const client = await connectAsync(`mqtt://127.0.0.1:${traced.port}`, {
      username: benchUser(0),
      password: benchSecret,
      reconnectPeriod: 0,
    })
    const topic = `linli/v1/${benchCommunity}/${benchDevice(0)}/telemetry`
    const marks = Array.from({ length: 5 }, (_, number) => `mark-${number}-of-the-test`)
    for (const mark of marks) await client.publishAsync(topic, JSON.stringify({ mark }), { qos: 1 })
    client.end(true)
    const gone = new Promise((resolve) => traced.process.once('exit', resolve))
    traced.process.send({ ask: 'close' })
    traced.process.once('message', () => traced.process.disconnect())
    await gone
    const lines = readFileSync(output, 'utf8').split('\n')
    const synced = through(lines, /(fdatasync|fsync)(\(.*\)| resumed>.*)\s*= 0/)
    // 0x40 is `@`: PUBACK, two bytes, the packet identifier.
    const acked = through(lines, /writev?\(\d+, (\[\{iov_base=)?"@\\2/)
    for (const mark of marks) {
      const received = lines.findIndex((line) => line.includes(mark))
      const answered = acked.find((number) => number > received)
      expect(received, `the PUBLISH of ${mark} is seen`).toBeGreaterThan(0)
      expect(answered, `the PUBACK of ${mark} is seen`).toBeDefined()
      const between = synced.filter((number) => number > received && number < (answered ?? 0))
      expect(between.length, `a sync between ${received} and ${answered}`).toBeGreaterThan(0)
    }
    rmSync(folder, { recursive: true, force: true })
  }, 60_000)
})
