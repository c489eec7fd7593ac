import { afterEach, describe, expect, it } from 'vitest'
import { RawClient } from './raw-client.ts'
import { Rig, secret, topic, twoSensors, until } from './rig.ts'

const retainedOf = async (one: Rig): Promise<[string, string][]> => {
  const client = await one.connect('home.a')
  const heard: [string, string][] = []
  client.on('message', (name, payload, packet) => {
    if (packet.retain) heard.push([name, payload.toString()])
  })
  await client.subscribeAsync(topic('a', '#'))
  await until('something retained', () => heard.length > 0)
  return heard
}

// What MQTT promises to devices must hold here too, or off-the-shelf firmware will not work.
describe('retained messages, wills, frames and qualities of service', () => {
  const rigs: Rig[] = []
  const rig = async (folder?: string): Promise<Rig> => {
    const made = new Rig({}, folder)
    rigs.push(made)
    return made.start(folder === undefined ? twoSensors() : undefined)
  }
  afterEach(async () => {
    for (const each of rigs.splice(0)) await each.close()
  })

  it('keeps info and status over a restart, and the roster with its credentials', async () => {
    const first = await rig()
    const a = await first.connect('home.a')
    await a.publishAsync(topic('a', 'status'), 'online', { qos: 1, retain: true })
    await a.publishAsync(topic('a', 'telemetry'), '{"temperature":1}', { qos: 1, retain: true })
    await a.endAsync()
    rigs.pop()
    await first.close(true)
    const second = await rig(first.folder)
    expect(await retainedOf(second)).toEqual([[topic('a', 'status'), 'online']])
    expect(first.dropped['mqtt.retain-ignored']).toBe(1)
  })

  it('publishes the will of a device that vanishes, and none when it says goodbye', async () => {
    const one = await rig()
    const statuses: unknown[] = []
    one.pipeline.onCommitted(({ events }) => {
      for (const event of events) if (event.type === 'device.status') statuses.push(event.data)
    })
    const will = {
      topic: topic('a', 'status'),
      payload: Buffer.from('offline'),
      qos: 1,
      retain: true,
    }
    const a = await one.connect('home.a', { will: will as never })
    await a.publishAsync(topic('a', 'status'), 'online', { qos: 1, retain: true })
    a.stream.destroy()
    await until('the will is judged', () => statuses.length === 2)
    expect(statuses).toEqual([{ online: true }, { online: false }])
    expect(await retainedOf(one)).toEqual([[topic('a', 'status'), 'offline']])
    const [state] = await one.pipeline.deviceStates('home')
    expect(state).toMatchObject({ id: 'a', online: false })
  })

  it('hands frames over with their capture time, neither recorded nor retained', async () => {
    const one = await rig()
    const a = await one.connect('home.a')
    const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3])
    await a.publishAsync(topic('a', 'frame/1700000000123'), jpeg, { qos: 1, retain: true })
    await a.publishAsync(topic('a', 'frame'), jpeg, { qos: 0 })
    await until('both frames', () => one.frames.length === 2)
    expect(one.frames[0]).toMatchObject({ camera: 'a', capturedAt: 1_700_000_000_123 })
    expect(one.frames[1]).toMatchObject({ camera: 'a', capturedAt: null })
    expect(one.frames[0]?.jpeg.equals(jpeg)).toBe(true)
    expect((await one.pipeline.stats()).log.newestId).toBe(2)
  })

  it('records QoS 0, 1 and 2, and a repeated QoS 2 once', async () => {
    const one = await rig()
    const client = await new RawClient(one.port).connect('home.a', 'raw')
    client.publish(topic('a', 'telemetry'), '{"temperature":0}', 0)
    client.publish(topic('a', 'telemetry'), '{"temperature":1}', 1, 1)
    await client.hear('puback')
    client.publish(topic('a', 'telemetry'), '{"temperature":2}', 2, 2)
    await client.hear('pubrec')
    // A bare value cannot be told from its repeat, but the packet can.
    client.publish(topic('a', 'telemetry'), '{"temperature":2}', 2, 2, true)
    await client.hear('pubrec')
    client.send({ cmd: 'pubrel', messageId: 2 })
    await client.hear('pubcomp')
    client.end()
    expect(await one.values('a')).toEqual([0, 1, 2])
  })

  it('tells handlers inside the gateway of a message only when it is on disk', async () => {
    const one = await rig()
    const heard: number[] = []
    one.broker.subscribe('linli/v1/+/+/telemetry', () => {
      heard.push(1)
    })
    const a = await one.connect('home.a', { password: secret })
    await a.publishAsync(topic('a', 'telemetry'), '{"temperature":9}', { qos: 1 })
    expect(heard).toEqual([1])
    expect(await one.values('a')).toEqual([9])
  })

  it('does not acknowledge what the pipeline did not take: the connection closes', async () => {
    const one = await rig()
    const a = await one.connect('home.a')
    a.on('close', () => undefined)
    await one.pipeline.close()
    const lost = await new RawClient(one.port).connect('home.a', 'raw')
    lost.publish(topic('a', 'telemetry'), '{"ts":1,"seq":1,"values":{"temperature":3}}', 1, 1)
    await until('the connection is closed', () => lost.closed)
    expect(lost.packets).toEqual([])
    expect(one.dropped['commit.failed']).toBe(1)
  })
})
