import net from 'node:net'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createEmbeddedBroker } from '../../../gateway/broker/embedded-broker.ts'
import { RosterBook } from '../../../gateway/model/roster-book.ts'
import { makeAuthority, signServer } from '../../../gateway/supervisor/certificate.ts'
import { secret, silent, twoSensors } from './rig.ts'

const roster = new RosterBook()
roster.replace(twoSensors())
const deps = {
  roster,
  record: async () => undefined,
  onFrame: () => undefined,
  onQuarantine: () => undefined,
  clock: Date.now,
  logger: silent,
  retained: { load: async () => [] },
}
let close: () => Promise<void> = async () => undefined
let ca = ''
let ports: { port: number | null; tlsPort: number | null } = { port: null, tlsPort: null }

const reaches = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect(port, host)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

beforeAll(async () => {
  const now = Date.now()
  const authority = await makeAuthority('Linli test', now)
  const server = await signServer(authority, ['localhost', '127.0.0.1'], now)
  ca = authority.certificatePem
  const broker = createEmbeddedBroker(deps, {
    port: 0,
    host: '0.0.0.0',
    tls: { key: server.keyPem, cert: server.certificatePem, port: 0 },
  })
  ports = await broker.start()
  close = () => broker.close()
})
afterAll(() => close())

// Off the loopback, passwords must not travel in the clear unless somebody has accepted that.
it('check 2: speaks TLS 1.2 or better, with the same credentials; plaintext stays on the loopback', async () => {
  const options = { username: 'home.a', password: secret, ca, reconnectPeriod: 0 }
  const client = await connectAsync(`mqtts://localhost:${ports.tlsPort}`, options)
  await client.publishAsync('linli/v1/home/a/telemetry', '{"n":1}', { qos: 1 })
  await client.endAsync()
  const old = { ...options, maxVersion: 'TLSv1.1', minVersion: 'TLSv1' } as const
  await expect(connectAsync(`mqtts://localhost:${ports.tlsPort}`, old, false)).rejects.toThrow()
  const plain = await connectAsync(`mqtt://127.0.0.1:${ports.port}`, options)
  expect(plain.connected).toBe(true)
  await plain.endAsync()
  // Asked to listen everywhere, it does so with TLS only; 127.0.0.2 stands for any other address of the box.
  expect(await reaches('127.0.0.2', ports.port ?? 0)).toBe(false)
  expect(await reaches('127.0.0.2', ports.tlsPort ?? 0)).toBe(true)
})
