import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BroadcastDetail, BroadcastSpeaker, ClipItem } from '../../contracts/http/broadcast.ts'
import type { DeviceWithSecret } from '../../contracts/http/devices.ts'
import { createLink, type DeviceLink } from '../../device-sim/devices/link.ts'
import { type Heard, SimSpeaker, speakerCapabilities } from '../../device-sim/devices/speaker.ts'
import { Mosquitto } from '../support/mosquitto.ts'
import { needs } from '../support/needs.ts'
import { type Product, startProduct } from '../support/product.ts'
import { listen, wav } from '../support/sound.ts'

interface Station {
  readonly id: string
  readonly link: DeviceLink
  readonly speaker: SimSpeaker
  readonly heard: Heard[]
}

/** No quiet hours: the test runs at any time of day. */
const awake = 'notify: { quietHours: null }\n'
const everything = needs('espeak-ng') && needs('ffmpeg') && needs('mosquitto')

describe.runIf(everything)(
  'loudspeakers that only know MQTT and the address in their command',
  () => {
    const mosquitto = new Mosquitto()
    let product: Product
    const stations: Station[] = []
    const call = <T>(method: string, path: string, body?: unknown) =>
      product.call<T>(method, path, body)
    const mqttUrl = (): string => `mqtt://127.0.0.1:${mosquitto.port}`
    const stationOf = (id: string): Station => {
      const station = stations.find((one) => one.id === id)
      if (station === undefined) throw new Error(`no ${id}`)
      return station
    }

    beforeAll(async () => {
      await mosquitto.start()
      const config = join(mosquitto.folder, 'linli.yaml')
      writeFileSync(config, `broker: { url: '${mqttUrl()}' }\n${awake}`)
      product = await startProduct({ env: { LINLI_CONFIG: config } })
      for (const [id, place] of [
        ['speaker-3', '3 栋 大厅'],
        ['speaker-5', '5 栋 大厅'],
      ] as const)
        stations.push(await station(id, place))
    })
    afterAll(async () => {
      for (const { link, speaker } of stations) {
        speaker.close()
        await link.close()
      }
      await product?.close()
      await mosquitto.stop()
      mosquitto.remove()
    })

    async function station(id: string, place: string): Promise<Station> {
      const made = await call<DeviceWithSecret>('POST', '/devices', {
        id,
        type: 'speaker',
        name: `${place}喇叭`,
        place: { name: place },
      })
      const info = { type: 'speaker', name: 'NS-20', capabilities: [...speakerCapabilities] }
      const link = createLink(
        { url: mqttUrl(), community: 'demo', device: id, ...made.mqtt },
        JSON.stringify(info),
      )
      const heard: Heard[] = []
      const speaker = new SimSpeaker({
        link,
        clock: Date.now,
        heard: (what) => heard.push(what),
        playing: (on) =>
          void link.send('telemetry', JSON.stringify({ playing: on })).catch(() => undefined),
      })
      speaker.start()
      await link.open()
      return { id, link, speaker, heard }
    }
    const after = async (id: string, state: string): Promise<BroadcastDetail> => {
      const read = () => call<BroadcastDetail>('GET', `/broadcasts/${id}`)
      await expect.poll(async () => (await read()).state, { timeout: 20_000 }).toBe(state)
      return read()
    }
    const speakers = async () =>
      (await call<{ items: BroadcastSpeaker[] }>('GET', '/broadcasts/speakers')).items

    it('a text is heard on the loudspeakers of one house, as sound that they fetched', async () => {
      await expect
        .poll(async () => (await speakers()).map(({ plays, online }) => [plays, online]), {
          timeout: 10_000,
        })
        .toEqual([
          [true, true],
          [true, true],
        ])
      const text = '各位邻居，今晚八点在大厅量血压。'
      const { id } = await call<BroadcastDetail>('POST', '/broadcasts', {
        text,
        areas: ['3栋'],
        priority: 'emergency',
      })
      const { receipts } = await after(id, 'done')
      expect(receipts).toMatchObject([
        { device: 'speaker-3', state: 'done', way: 'play', error: null },
      ])
      const [said] = stationOf('speaker-3').heard
      expect(said).toMatchObject({ broadcast: id, text, priority: 'emergency' })
      expect(listen(said?.sound ?? Buffer.alloc(0))).toMatchObject({ codec: 'mp3', rate: 44_100 })
      expect(stationOf('speaker-5').heard).toEqual([])
      // It says that it plays, and the page can show it.
      await expect
        .poll(async () => (await speakers()).map(({ playing }) => playing), { timeout: 10_000 })
        .toEqual([true, null])
    }, 60_000)

    it('an emergency ends a clip at once, stops at one word, and then a notice is heard', async () => {
      const answer = await fetch(`${product.url}/api/v1/broadcasts/clips?name=jingle`, {
        method: 'POST',
        headers: { authorization: await bearer(product), 'content-type': 'audio/wav' },
        body: new Uint8Array(wav(30)),
      })
      expect(answer.status).toBe(201)
      const clip = (await answer.json()) as ClipItem
      const music = await call<BroadcastDetail>('POST', '/broadcasts', {
        clip: clip.id,
        devices: ['speaker-5'],
        priority: 'music',
      })
      await after(music.id, 'done')
      const fire = await call<BroadcastDetail>('POST', '/broadcasts', { template: 'fire' })
      await after(fire.id, 'done')
      const five = stationOf('speaker-5')
      expect(five.heard.map(({ broadcast }) => broadcast)).toEqual([music.id, fire.id])
      expect(five.speaker.sounding?.broadcast).toBe(fire.id)
      // A notice waits while it burns; once somebody stops the emergency it is its turn.
      const notice = await call<BroadcastDetail>('POST', '/broadcasts', {
        text: '明天停水',
        priority: 'notice',
        devices: ['speaker-5'],
      })
      const busy = async () =>
        (await call<BroadcastDetail>('GET', `/broadcasts/${notice.id}`)).receipts[0]
      await expect.poll(busy, { timeout: 10_000 }).toMatchObject({ state: 'queued', error: 'busy' })
      await call('POST', `/broadcasts/${fire.id}/cancel`)
      await expect.poll(() => five.speaker.sounding?.broadcast).not.toBe(fire.id)
      const { receipts } = await after(fire.id, 'cancelled')
      await expect
        .poll(async () => (await after(fire.id, 'cancelled')).answers.stopped)
        .toBe(receipts.length)
      await after(notice.id, 'done')
      expect(five.heard.at(-1)?.broadcast).toBe(notice.id)
    }, 60_000)
  },
)

async function bearer({ url, adminPassword }: Product): Promise<string> {
  const login = await fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'admin', password: adminPassword }),
  })
  return `Bearer ${((await login.json()) as { token: string }).token}`
}
