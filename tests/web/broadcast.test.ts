import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type Locator, type Page, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
const services = ['espeak-ng', 'ffmpeg', 'mosquitto', 'chromium'] as const
const visible = (locator: Locator) => locator.waitFor({ state: 'visible', timeout: 30_000 })

describe.runIf(services.every(needs))(
  'loudspeakers that only know MQTT and the address in their command',
  () => {
    const mosquitto = new Mosquitto()
    let product: Product
    let browser: Browser | undefined
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
      product = await startProduct({ env: { LINLI_CONFIG: config }, readyWithinMs: 55_000 })
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
      await browser?.close()
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

    async function consolePage(): Promise<Page> {
      browser = await chromium.launch({
        executablePath: '/usr/bin/chromium',
        args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
      })
      const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } })
      await page.goto(product.url)
      await page.getByLabel('密码', { exact: true }).fill(product.adminPassword)
      await page.getByRole('button', { name: '登录', exact: true }).click()
      await visible(page.getByRole('heading', { name: '工单' }))
      await page.getByRole('link', { name: '广播' }).first().click()
      await visible(page.getByRole('heading', { name: '广播', exact: true }))
      return page
    }

    it('from the page: an emergency in two clicks, one to stop it, and a clip for one house', async () => {
      const page = await consolePage()
      const complaints: string[] = []
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      const [three, five] = [stationOf('speaker-3'), stationOf('speaker-5')]
      const before = five.heard.length
      await visible(page.locator('[data-speaker="speaker-5"]', { hasText: '能放声音' }))

      await page.locator('[data-template="flood"]').click()
      expect(five.heard.length).toBe(before)
      await page.getByRole('button', { name: '马上播' }).click()
      await expect
        .poll(() => [three, five].map(({ heard }) => heard.at(-1)?.text.includes('积水正在上涨')), {
          timeout: 30_000,
        })
        .toEqual([true, true])
      const flood = five.heard.at(-1)?.broadcast ?? ''
      const live = page.locator(`[data-live="${flood}"]`)
      await visible(live.getByText('2 / 2 只响了'))
      await visible(page.locator('[data-speaker="speaker-5"].playing'))
      await live.getByRole('button', { name: '停止' }).click()
      await expect
        .poll(() => [three, five].map(({ speaker }) => speaker.sounding))
        .toEqual([null, null])
      const row = page.locator(`[data-broadcast="${flood}"]`)
      await row.getByRole('button', { name: '回执' }).click()
      for (const id of ['speaker-3', 'speaker-5'])
        await visible(row.locator(`[data-receipt="${id}"][data-state="stopped"]`))

      await page.getByText('放一段音频').click()
      const file = { name: '升旗曲.wav', mimeType: 'audio/wav', buffer: wav(1) }
      await page.locator('input[type=file]').setInputFiles(file)
      await visible(page.locator('[data-clip="升旗曲"].chosen'))
      await page.locator('.cast-compose [data-area="5栋"]').click()
      await page.getByRole('button', { name: '播出' }).click()
      const said = page.locator('.cast-row', { hasText: '升旗曲' })
      await visible(said.getByText('1 / 1 只响了'))
      expect(five.heard.at(-1)).toMatchObject({ text: '', lastsMs: expect.closeTo(1_000, -3) })
      expect(three.heard.at(-1)?.broadcast).toBe(flood)

      await page.getByRole('button', { name: 'English' }).click()
      await visible(page.getByRole('heading', { name: 'Broadcast', exact: true }))
      await visible(said.getByText('1 of 1 heard'))
      await visible(row.getByText('Silenced').first())
      expect(complaints).toEqual([])
      await page.close()
    }, 150_000)
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
