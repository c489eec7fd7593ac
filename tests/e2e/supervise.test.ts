import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as tlsConnect, type SecureVersion } from 'node:tls'
import { connectAsync } from 'mqtt'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { distDir, type Product, startProduct } from '../support/product.ts'

const supervise = join(distDir, 'gateway/supervise.js')
let home: string
const products: Product[] = []

beforeAll(() => expect(existsSync(supervise), 'npm run build:node first').toBe(true))
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), 'linli-supervise-'))))
afterEach(async () => {
  for (const product of products.splice(0)) await product.close()
  rmSync(home, { recursive: true, force: true, maxRetries: 3 })
})

async function start(env: Record<string, string> = {}): Promise<Product> {
  const product = await startProduct({ home, env })
  products.push(product)
  return product
}
const childrenOf = (pid: number | undefined): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`)
async function until(what: () => boolean | Promise<boolean>, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs
  while (!(await what())) {
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms`)
    await sleep(25)
  }
}
const isOpen = async (host: string, port: number): Promise<boolean> => {
  const socket = connect({ host, port })
  const opened = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'error').then(() => false),
    sleep(2_000, false),
  ]).catch(() => false)
  socket.destroy()
  return opened
}
const versionWith = (port: number, ca: string, version: SecureVersion): Promise<string> =>
  new Promise((resolve) => {
    const socket = tlsConnect({
      host: '127.0.0.1',
      port,
      ca,
      minVersion: version,
      maxVersion: version,
      ciphers: 'DEFAULT@SECLEVEL=0',
    })
    const answer = (text: string): void => {
      socket.destroy()
      resolve(text)
    }
    socket.once('secureConnect', () => answer(socket.getProtocol() ?? 'none'))
    socket.once('error', (error: NodeJS.ErrnoException) => answer(error.code ?? error.message))
  })

describe('npm start', () => {
  test('is ready within 5 s of the start, and stops within 5 s of SIGTERM leaving nothing running', async () => {
    const startedAt = Date.now()
    const product = await start()
    expect(Date.now() - startedAt).toBeLessThan(5_000)
    const children = childrenOf(product.process.pid)
    expect(children).toHaveLength(2)
    const stoppingAt = Date.now()
    product.process.kill('SIGTERM')
    await once(product.process, 'exit')
    expect(Date.now() - stoppingAt).toBeLessThan(5_000)
    expect(product.process.exitCode).toBe(0)
    expect(children.filter(isAlive)).toEqual([])
    expect(existsSync(join(home, 'run.json'))).toBe(false)
  })

  test('kill -9 on the parent takes the children with it, and the next start needs no cleaning up', async () => {
    const first = await start()
    const children = childrenOf(first.process.pid)
    first.process.kill('SIGKILL')
    await until(() => !children.some(isAlive), 5_000)
    expect(existsSync(join(home, 'run.json'))).toBe(true)
    const second = await start()
    expect((await fetch(`${second.url}/api/v1/health`)).status).toBe(200)
  })

  test('started again at once after kill -9, on the same ports, it waits for those who are still leaving', async () => {
    const first = await start()
    const ports = {
      LINLI_HTTP_PORT: new URL(first.url).port,
      LINLI_MQTT_PORT: new URL(first.mqttUrl).port,
    }
    first.process.kill('SIGKILL')
    const second = await start(ports)
    expect(second.url).toBe(first.url)
  })

  test('a second one on the same home, and a port that is taken, end with exit code 1 and what to do', async () => {
    await start()
    const second = spawnSync(process.execPath, [supervise], {
      encoding: 'utf8',
      env: { ...process.env, LINLI_HOME: home, LINLI_HTTP_PORT: '0', LINLI_MQTT_PORT: '0' },
    })
    expect(second.status).toBe(1)
    expect(second.stderr).toContain('[home.in-use]')
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const port = String((other.address() as AddressInfo).port)
    const elsewhere = mkdtempSync(join(tmpdir(), 'linli-supervise-'))
    try {
      // Not spawnSync: this process must be able to hold the port meanwhile.
      const third = spawn(process.execPath, [supervise], {
        env: { ...process.env, LINLI_HOME: elsewhere, LINLI_HTTP_PORT: port },
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      let said = ''
      third.stderr.on('data', (chunk: Buffer) => void (said += chunk.toString()))
      const [code] = (await once(third, 'close')) as [number]
      expect(code).toBe(1)
      expect(said).toContain('[port.in-use]')
      expect(said).toContain('LINLI_HTTP_PORT')
    } finally {
      other.close()
      rmSync(elsewhere, { recursive: true })
    }
  })

  test('a database that is not supported yet is refused once, not in a circle of restarts', () => {
    const { status, stderr } = spawnSync(process.execPath, [supervise], {
      encoding: 'utf8',
      timeout: 20_000,
      env: { ...process.env, LINLI_HOME: home, LINLI_DATABASE_URL: 'postgres://localhost/x' },
    })
    expect(status).toBe(1)
    expect(stderr).toContain('LINLI_DATABASE_URL')
  })

  test('nothing that it leaves on disk can be read by others', async () => {
    await start()
    const open = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter(
      (file) => (statSync(join(home, file)).mode & 0o077) !== 0,
    )
    expect(open).toEqual([])
  })

  test('check 2: off loopback plaintext 1883 and 80 are closed, and HTTPS and MQTTS want TLS 1.2', async () => {
    const product = await start({ LINLI_BIND: '0.0.0.0' })
    const run = JSON.parse(readFileSync(join(home, 'run.json'), 'utf8')) as Record<string, string>
    const portOf = (key: string): number => Number(new URL(run[key] ?? '').port)
    const ca = readFileSync(join(home, 'tls/ca.pem'), 'utf8')
    // The address that the QR code holds.
    expect(await (await fetch(`${product.url}/ca.pem`)).text()).toBe(ca)
    await until(() => product.output().includes('/ca.pem'), 5_000)
    for (const key of ['https', 'mqtts']) {
      expect(await versionWith(portOf(key), ca, 'TLSv1.2'), key).toBe('TLSv1.2')
      expect(await versionWith(portOf(key), ca, 'TLSv1.3'), key).toBe('TLSv1.3')
      expect(await versionWith(portOf(key), ca, 'TLSv1.1'), key).toMatch(/ALERT_PROTOCOL_VERSION/)
    }
    const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
    for (const { address } of addresses.filter(
      ({ internal, family }) => !internal && family === 'IPv4',
    )) {
      expect(await isOpen(address, portOf('http')), `${address} http`).toBe(false)
      expect(await isOpen(address, portOf('mqtt')), `${address} mqtt`).toBe(false)
      expect(await isOpen(address, portOf('https')), `${address} https`).toBe(true)
      expect(await isOpen(address, portOf('mqtts')), `${address} mqtts`).toBe(true)
    }
    // A device that trusts the CA talks to the broker over it.
    const made = await product.call<{ mqtt: { username: string; password: string } }>(
      'POST',
      '/devices',
      { id: 'tls-1', type: 'sensor' },
    )
    const client = await connectAsync(run['mqtts'] ?? '', { ...made.mqtt, ca, clientId: 'tls-1' })
    await client.publishAsync('linli/v1/demo/tls-1/telemetry', '{"temperature":21.5}', { qos: 1 })
    await client.endAsync()
    const { items } = await product.call<{ items: unknown[] }>(
      'GET',
      '/devices/tls-1/telemetry?reading=temperature',
    )
    expect(items).toHaveLength(1)
  })
})
