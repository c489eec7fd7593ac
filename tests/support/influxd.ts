import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A real influxd of one's own, in a temporary folder, on free ports of the loopback interface. */
export interface TestInfluxd {
  readonly url: string
  /** SIGKILL: as if the machine had lost its power. */
  kill(): Promise<void>
  /** Starts it again on the same ports and data. */
  start(): Promise<void>
  /** Kills it and removes its folder. */
  close(): Promise<void>
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

const configOf = (dir: string, httpPort: number, rpcPort: number): string => `
reporting-disabled = true
bind-address = "127.0.0.1:${rpcPort}"
[meta]
  dir = "${dir}/meta"
[data]
  dir = "${dir}/data"
  wal-dir = "${dir}/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:${httpPort}"
  log-enabled = false
[continuous_queries]
  enabled = false
`

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/ping`)).status === 204
  } catch {
    return false
  }
}

export async function startInfluxd(): Promise<TestInfluxd> {
  const dir = await mkdtemp(join(tmpdir(), 'linli-influxd-'))
  const httpPort = await freePort()
  const url = `http://127.0.0.1:${httpPort}`
  const config = join(dir, 'influxdb.conf')
  await writeFile(config, configOf(dir, httpPort, await freePort()))
  let child: ChildProcess | null = null

  const kill = async (): Promise<void> => {
    const running = child
    child = null
    if (running === null || running.exitCode !== null) return
    const gone = once(running, 'exit')
    running.kill('SIGKILL')
    await gone
  }
  const start = async (): Promise<void> => {
    const started = spawn('influxd', ['-config', config], { stdio: 'ignore' })
    child = started
    const end = performance.now() + 30_000
    while (!(await answers(url))) {
      if (started.exitCode !== null) throw new Error(`influxd ended with ${started.exitCode}`)
      if (performance.now() > end) throw new Error('influxd did not answer within 30 s')
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  const close = async (): Promise<void> => {
    await kill()
    await rm(dir, { recursive: true, force: true })
  }
  try {
    await start()
  } catch (error) {
    await close()
    throw error
  }
  return { url, kill, start, close }
}
