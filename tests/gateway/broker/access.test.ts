import net from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { credential, device, Rig, rosterOf, secret, topic, twoSensors, until } from './rig.ts'

const text = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])

// A broker that lets one device speak for another, or lets anybody in, makes every alarm worthless.
describe('who may do what at the broker', () => {
  const rigs: Rig[] = []
  const rig = async (...args: Parameters<Rig['start']>): Promise<Rig> => {
    const made = new Rig()
    rigs.push(made)
    return made.start(...args)
  }
  afterEach(async () => {
    for (const each of rigs.splice(0)) await each.close()
  })

  it('lets nobody in without a credential, with a wrong one or with a foreign one', async () => {
    const { port } = await rig(twoSensors())
    const attempt = (options: object): Promise<unknown> => {
      const one = rigs[0] as Rig
      return one.connect('home.a', { ...options }).then(
        () => 'in',
        () => 'out',
      )
    }
    expect(port).toBeGreaterThan(0)
    expect(await attempt({ username: undefined, password: undefined })).toBe('out')
    expect(await attempt({ password: 'wrong' })).toBe('out')
    expect(await attempt({ username: 'nobody' })).toBe('out')
    expect(await attempt({ password: secret })).toBe('in')
    expect(rigs[0]?.dropped['mqtt.sign-in-refused']).toBe(3)
  })

  it("check 3: device A cannot publish to B's topics, commands, the gateway's or $SYS", async () => {
    const one = await rig(twoSensors())
    const b = await one.connect('home.b')
    const heard: string[] = []
    b.on('message', (name) => heard.push(name))
    await b.subscribeAsync(topic('b', '#'), { qos: 1 })
    const a = await one.connect('home.a')
    const payload = JSON.stringify({ temperature: 1 })
    for (const name of [
      topic('b', 'telemetry'),
      topic('b', 'command'),
      topic('a', 'command'),
      topic('gateway', 'event'),
      '$SYS/broker/uptime',
      'zigbee2mqtt/lamp',
      'linli/v1/other/a/telemetry',
    ])
      await a.publishAsync(name, payload, { qos: 1 })
    await a.publishAsync(topic('a', 'command'), payload, { qos: 1, retain: true })
    await a.publishAsync(topic('a', 'telemetry'), payload, { qos: 1 })
    expect(heard).toEqual([])
    expect(await one.values('b')).toEqual([])
    expect(await one.values('a')).toEqual([1])
    expect(one.dropped['mqtt.retained-command']).toBe(1)
    expect(one.quarantined.map((message) => message.code)).toContain('mqtt.not-allowed')
    // Nothing was retained either: a later subscriber to the command topic gets none.
    await a.subscribeAsync(topic('a', 'command'))
    const late: string[] = []
    a.on('message', (name) => late.push(name))
    await one.broker.publish(topic('a', 'command'), '{}', { qos: 1 })
    await until('the live command arrives', () => late.length > 0)
    expect(late).toHaveLength(1)
  })

  it("check 3: device A cannot subscribe to B's topics, # or $SYS, not even in a kept session", async () => {
    const one = await rig(twoSensors())
    const a = await one.connect('home.a', { clean: false, clientId: 'kept' })
    for (const filter of [topic('b', 'command'), '#', '$SYS/#', '+/+/+/+/command', 'linli/#'])
      await expect(a.subscribeAsync(filter)).rejects.toThrow()
    // One SUBSCRIBE with a good and a bad filter: the bad one must not survive in the session.
    const granted = await a
      .subscribeAsync([topic('a', 'command'), topic('b', 'command')], {
        qos: 1,
      })
      .catch(() => null)
    expect(granted === null || granted.some((each) => each.qos === 128)).toBe(true)
    await a.endAsync()
    await one.broker.publish(topic('b', 'command'), '{"for":"b"}', { qos: 1 })
    const heard: string[] = []
    const again = await one.connect('home.a', { clean: false, clientId: 'kept' })
    again.on('message', (name) => heard.push(name))
    await one.broker.publish(topic('a', 'command'), '{"for":"a"}', { qos: 1 })
    await until("A's own command", () => heard.length > 0)
    // At least once: what comes during the sign-in may come twice, but it is never B's.
    expect([...new Set(heard)]).toEqual([topic('a', 'command')])
  })

  it('keeps a session to its credential: the same client id of another device takes nothing over', async () => {
    const one = await rig(twoSensors())
    const a = await one.connect('home.a', { clean: false, clientId: 'same' })
    await a.subscribeAsync(topic('a', 'command'), { qos: 1 })
    let closed = false
    a.on('close', () => {
      closed = true
    })
    const b = await one.connect('home.b', { clean: false, clientId: 'same' })
    const heard: string[] = []
    b.on('message', (name) => heard.push(name))
    await one.broker.publish(topic('a', 'command'), '{}', { qos: 1 })
    await b.publishAsync(topic('b', 'telemetry'), '{"temperature":2}', { qos: 1 })
    expect(closed).toBe(false)
    expect(heard).toEqual([])
  })

  it('check 4: a revoked device is dropped within 5 s and does not come back', async () => {
    const one = await rig(twoSensors())
    const a = await one.connect('home.a')
    const b = await one.connect('home.b')
    const closed = new Promise<number>((resolve) => a.on('close', () => resolve(Date.now())))
    const at = Date.now()
    const all = twoSensors()
    await one.setRoster({ ...all, version: 2, credentials: all.credentials.slice(1) })
    expect((await closed) - at).toBeLessThan(5_000)
    await expect(one.connect('home.a')).rejects.toThrow()
    await b.publishAsync(topic('b', 'telemetry'), '{"temperature":3}', { qos: 1 })
    expect(await one.values('b')).toEqual([3])
  })

  it('check 4: a blocked device and a renewed secret close the old connection as well', async () => {
    const one = await rig(twoSensors())
    const a = await one.connect('home.a')
    const b = await one.connect('home.b')
    const gone = Promise.all(
      [a, b].map((client) => new Promise((resolve) => client.on('close', () => resolve(null)))),
    )
    await one.setRoster(
      rosterOf(
        [device('a', 'blocked'), device('b')],
        [
          credential('home.a', 'device', { device: 'a' }),
          credential('home.b', 'device', { device: 'b', secret: 'renewed' }),
        ],
        2,
      ),
    )
    await gone
    await expect(one.connect('home.a')).rejects.toThrow()
    await expect(one.connect('home.b')).rejects.toThrow()
  })

  it('lets unknown devices in by a provisioning credential, and goes on serving them', async () => {
    const installer = credential('installer', 'provisioning')
    const known = credential('home.a', 'device', { device: 'a' })
    const one = await rig(rosterOf([device('a')], [installer, known]))
    const seen: unknown[] = []
    one.pipeline.onCommitted(({ events }) => seen.push(...events))
    const client = await one.connect('installer')
    await client.publishAsync(topic('new', 'info'), '{"type":"smoke","name":"Hall"}', { qos: 1 })
    await client.publishAsync(topic('new', 'telemetry'), '{"temperature":4}', { qos: 1 })
    await client.publishAsync(topic('a', 'telemetry'), '{"temperature":5}', { qos: 1 })
    expect(await one.values('new')).toEqual([4])
    expect(await one.values('a')).toEqual([])
    expect(seen).toMatchObject([
      { type: 'device.seen', device: 'new', data: { info: { type: 'smoke', name: 'Hall' } } },
    ])
    // Approved now: it came in by this credential, so the credential still speaks for it.
    await one.setRoster(rosterOf([device('a'), device('new')], [installer, known], 2))
    await client.publishAsync(topic('new', 'telemetry'), '{"temperature":6}', { qos: 1 })
    expect(await one.values('new')).toEqual([4, 6])
  })

  // It may listen for a device that nobody knows yet; somebody else's door is not that.
  it("hears no command of a device that has become another credential's since it subscribed", async () => {
    const installer = credential('installer', 'provisioning')
    const one = await rig(rosterOf([], [installer]))
    const client = await one.connect('installer')
    const heard: string[] = []
    client.on('message', (name) => heard.push(name))
    await client.subscribeAsync([topic('door', 'command'), topic('new', 'command')], { qos: 1 })
    const own = credential('home.door', 'device', { device: 'door' })
    await one.setRoster(rosterOf([device('door')], [installer, own], 2))
    await one.broker.publish(topic('door', 'command'), '{}', { qos: 1 })
    await one.broker.publish(topic('new', 'command'), '{}', { qos: 1 })
    await until('the command of the unknown device', () => heard.length > 0)
    expect(heard).toEqual([topic('new', 'command')])
  })

  it('opens its prefixes to an adapter and nothing else', async () => {
    const adapter = credential('z2m', 'adapter', { prefixes: ['zigbee2mqtt/#'] })
    const one = await rig(rosterOf([device('a')], [adapter]))
    const client = await one.connect('z2m')
    const heard: string[] = []
    client.on('message', (name) => heard.push(name))
    await client.subscribeAsync('zigbee2mqtt/+/set')
    await expect(client.subscribeAsync('tele/#')).rejects.toThrow()
    await client.publishAsync('zigbee2mqtt/lamp/set', '{}', { qos: 1 })
    await client.publishAsync(topic('a', 'telemetry'), '{"temperature":7}', { qos: 1 })
    await until('its own topic', () => heard.length > 0)
    expect(heard).toEqual(['zigbee2mqtt/lamp/set'])
    expect(await one.values('a')).toEqual([])
  })

  // Contract v1 publishes these for others: somebody must be able to hear them, nobody to forge them.
  it('lets an adapter hear what the gateway says, and say nothing in its name', async () => {
    const reader = credential('staff', 'adapter', { prefixes: ['linli/v1/home/gateway/#'] })
    const one = await rig(rosterOf([device('a')], [reader]))
    const client = await one.connect('staff')
    const heard: string[] = []
    client.on('message', (_name, payload) => heard.push(payload.toString()))
    await client.subscribeAsync(topic('gateway', '#'), { qos: 1 })
    await expect(client.subscribeAsync('linli/v1/home/#')).rejects.toThrow()
    for (const leaf of ['event', 'status', 'other'])
      await client.publishAsync(topic('gateway', leaf), 'forged', { qos: 1 })
    await one.broker.publish(topic('gateway', 'event'), 'true', { qos: 1 })
    await until('the event', () => heard.length > 0)
    expect(heard).toEqual(['true'])
    expect(one.dropped['mqtt.not-allowed']).toBe(4)
  })

  it('refuses a kept session without an identifier with CONNACK 0x02 [MQTT-3.1.3-8]', async () => {
    const { port } = await rig(twoSensors())
    const user = Buffer.from('home.a')
    const pass = Buffer.from(secret)
    const body = Buffer.concat([
      text(Buffer.from('MQTT')),
      Buffer.from([4, 0xc0, 0, 60]),
      text(Buffer.alloc(0)),
      text(user),
      text(pass),
    ])
    const socket = net.connect(port, '127.0.0.1')
    socket.write(Buffer.concat([Buffer.from([0x10, body.length]), body]))
    const answer = await new Promise<Buffer>((resolve) => socket.once('data', resolve))
    socket.destroy()
    expect([...answer]).toEqual([0x20, 2, 0, 2])
  })

  it('takes long client identifiers: many devices put a whole serial number there', async () => {
    const one = await rig(twoSensors())
    const client = await one.connect('home.a', { clientId: 'x'.repeat(128) })
    expect(client.connected).toBe(true)
  })
})
