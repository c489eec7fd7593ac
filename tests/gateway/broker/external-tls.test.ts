import { pbkdf2Sync } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { wantsNothing } from '../../../gateway/model/foreign.ts'
import type { Broker } from '../../../gateway/broker/broker.ts'
import { createExternalBroker } from '../../../gateway/broker/external-broker.ts'
import type { ExternalBrokerOptions } from '../../../gateway/broker/external-options.ts'
import { RosterBook } from '../../../gateway/model/roster-book.ts'
import {
  type KeyAndCertificate,
  makeAuthority,
  signServer,
} from '../../../gateway/supervisor/certificate.ts'
import { signClient } from '../../support/client-certificate.ts'
import { Mosquitto } from '../../support/mosquitto.ts'
import { needs } from '../../support/needs.ts'
import { silent, until } from './rig.ts'

const dayMs = 86_400_000
const user = { username: 'gateway', password: 'right' }
let authority: KeyAndCertificate
let other: KeyAndCertificate
const open: { close(): Promise<void> }[] = []
const brokers: Mosquitto[] = []

beforeAll(async () => {
  const now = Date.now()
  authority = await makeAuthority('Linli test', now)
  other = await makeAuthority('Somebody else', now)
})
afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
  for (const each of brokers.splice(0)) {
    await each.stop()
    each.remove()
  }
})
afterAll(() => expect(open).toEqual([]))

function gatewayAt(
  broker: Mosquitto,
  options: Partial<ExternalBrokerOptions>,
  scheme = 'mqtts',
): Broker {
  const made = createExternalBroker(
    {
      roster: new RosterBook(),
      record: (_record, done) => done(null),
      onFrame: () => undefined,
      onQuarantine: () => undefined,
      clock: Date.now,
      random: Math.random,
      logger: silent,
    },
    {
      url: `${scheme}://localhost:${broker.port}`,
      community: 'home',
      reconnectEveryMs: 50,
      reconnectMaxMs: 200,
      startWaitMs: 1_500,
      ...options,
    },
  )
  open.push(made)
  return made
}

const codes = (broker: Broker): string[] => broker.stats().problems.map(({ code }) => code)

async function tlsBroker(server: KeyAndCertificate, more: readonly string[] = []) {
  const broker = new Mosquitto({ users: { gateway: 'right' } })
  brokers.push(broker)
  const lines = [
    `cafile ${broker.file('ca.pem', authority.certificatePem)}`,
    `certfile ${broker.file('server.pem', server.certificatePem)}`,
    `keyfile ${broker.file('server.key', server.keyPem)}`,
    ...more,
  ]
  await broker.start({ lines })
  return broker
}

// Whoever has a broker of their own has it on the network: then with TLS and passwords, and with things that expire.
describe.runIf(needs('mosquitto'))('an external broker with TLS and passwords: mosquitto', () => {
  it('comes in with the own authority and the password, and finds back after a restart', async () => {
    const broker = await tlsBroker(await signServer(authority, ['localhost'], Date.now()))
    const gateway = gatewayAt(broker, { ...user, ca: authority.certificatePem })
    await gateway.start()
    await until('connected', () => gateway.stats().problems.length === 0)
    await broker.stop()
    await until('noticed', () => !gateway.stats().connected)
    await broker.start()
    await until('back', () => gateway.stats().connected && codes(gateway).length === 0)
  })

  it('names a wrong password, and comes in once the broker knows it', async () => {
    const broker = await tlsBroker(await signServer(authority, ['localhost'], Date.now()))
    const gateway = gatewayAt(broker, { ...user, password: 'new', ca: authority.certificatePem })
    await gateway.start()
    await until('named', () => codes(gateway).includes('broker.sign-in-refused'))
    await broker.stop()
    await broker.start({ users: { gateway: 'new' } })
    await until('connected', () => codes(gateway).length === 0)
  })

  it('names a certificate that has expired, is for another host, or of an authority that it was not told of', async () => {
    const cases = [
      [await signServer(authority, ['localhost'], Date.now() - 500 * dayMs), authority],
      [await signServer(authority, ['elsewhere.lan'], Date.now()), authority],
      [await signServer(authority, ['localhost'], Date.now()), other],
    ] as const
    for (const [server, trusted] of cases) {
      const broker = await tlsBroker(server)
      const gateway = gatewayAt(broker, { ...user, ca: trusted.certificatePem, startWaitMs: 300 })
      await gateway.start()
      await until('named', () => codes(gateway).includes('broker.certificate-refused'))
      expect(gateway.stats().connected).toBe(false)
    }
  })

  it('shows its own certificate where the broker asks for one, and says so where it has none', async () => {
    const server = await signServer(authority, ['localhost'], Date.now())
    const broker = await tlsBroker(server, ['require_certificate true'])
    const mine = await signClient(authority, 'gateway', Date.now())
    const ca = authority.certificatePem
    const without = gatewayAt(broker, { ...user, ca, startWaitMs: 300 })
    await without.start()
    await until('named', () => codes(without).includes('broker.client-certificate-refused'))
    const gateway = gatewayAt(broker, {
      ...user,
      ca,
      cert: mine.certificatePem,
      key: mine.keyPem,
      clientId: 'another',
    })
    await gateway.start()
    await until('connected', () => codes(gateway).length === 0)
  })
})

const plugin = readdirSync('/usr/lib')
  .map((folder) => `/usr/lib/${folder}/mosquitto_dynamic_security.so`)
  .find((file) => existsSync(file))

/** A user who may do everything but subscribe to `denied` [mosquitto dynamic security]. */
function dynamicSecurity(denied: string): string {
  const salt = Buffer.from('a salt of 12')
  const password = pbkdf2Sync(user.password, salt, 101, 64, 'sha512').toString('base64')
  const client = { username: user.username, roles: [{ rolename: 'gateway' }], password }
  const acl = { acltype: 'subscribePattern', topic: denied, allow: false, priority: 10 }
  return JSON.stringify({
    defaultACLAccess: {
      publishClientSend: true,
      publishClientReceive: true,
      subscribe: true,
      unsubscribe: true,
    },
    clients: [{ ...client, salt: salt.toString('base64'), iterations: 101 }],
    groups: [],
    roles: [{ rolename: 'gateway', acls: [acl] }],
  })
}

describe.runIf(needs('mosquitto'))('the access list of an external broker: mosquitto', () => {
  it('names an access list that throws our messages away: mosquitto acknowledges them all the same', async () => {
    const broker = new Mosquitto({ users: { gateway: 'right' } })
    brokers.push(broker)
    const acl = broker.file('acl', 'user gateway\ntopic read #\n')
    await broker.start({ lines: [`acl_file ${acl}`] })
    const gateway = gatewayAt(broker, { ...user, echoMs: 300 }, 'mqtt')
    await gateway.start()
    await until('named', () => codes(gateway).includes('broker.deaf'))
    expect(gateway.stats().connected).toBe(true)
    broker.file('acl', 'user gateway\ntopic readwrite #\n')
    await broker.stop()
    await broker.start()
    await until('heard', () => gateway.stats().connected && codes(gateway).length === 0)
  })

  it.runIf(plugin !== undefined)(
    'names the subscription that is refused, and lives with the others',
    async () => {
      const broker = new Mosquitto()
      brokers.push(broker)
      const file = broker.file('dynsec.json', dynamicSecurity('linli/v1/home/+/frame'))
      const lines = [`plugin ${plugin}`, `plugin_opt_config_file ${file}`]
      await broker.start({ lines })
      const gateway = gatewayAt(broker, user, 'mqtt')
      gateway.want({ ...wantsNothing, filters: ['frigate/#', 'linli/v1/home/+/frame'] })
      await gateway.start()
      await until('named', () => codes(gateway).includes('broker.subscription-refused'))
      // The other subscriptions may still be on their way.
      await until('only that', () => codes(gateway).length === 1)
      expect(gateway.stats().problems[0]?.detail).toContain('linli/v1/home/+/frame')
      expect(gateway.stats().connected).toBe(true)
      await until('named too', () => gateway.stats().refusedTopics.length > 0)
      expect(gateway.stats().refusedTopics).toEqual(['linli/v1/home/+/frame'])
    },
  )
})
