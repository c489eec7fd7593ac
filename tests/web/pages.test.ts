import { connectAsync } from 'mqtt'
import { type Browser, chromium, type Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { needs } from '../support/needs.ts'
import { type Product, startProduct } from '../support/product.ts'

interface Registered {
  readonly mqtt: { readonly username: string; readonly password: string }
}

/** Registers a device and lets it say `said`, as a real one does. */
async function speak(
  product: Product,
  body: { readonly id: string } & Record<string, unknown>,
  said: readonly (readonly [leaf: string, payload: object | string])[],
): Promise<void> {
  const { mqtt } = await product.call<Registered>('POST', '/devices', body)
  const client = await connectAsync(product.mqttUrl, { ...mqtt, reconnectPeriod: 0 })
  for (const [leaf, payload] of said) {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
    await client.publishAsync(`linli/v1/demo/${body.id}/${leaf}`, text, { qos: 1 })
  }
  await client.endAsync()
}

const reading = (values: object) => ({ ts: Date.now(), seq: 1, values })
/** Signed in, in Chinese; what the browser complains of is noted. */
async function open(browser: Browser, { url, adminPassword }: Product) {
  const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } })
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await page.goto(url)
  await page.getByLabel('密码', { exact: true }).fill(adminPassword)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.getByRole('heading', { name: '工单', exact: true }).waitFor()
  return { page, complaints }
}

/** A page that is drawn on a busy machine needs its time. */
const soon = <Value>(read: () => Value) => expect.poll(read, { timeout: 20_000 })
const rowOf = (page: Page, id: string) => page.locator(`[data-device="${id}"]`)

describe.runIf(needs('chromium'))('pages in a real browser', () => {
  let product: Product
  let browser: Browser
  beforeAll(async () => {
    product = await startProduct()
    browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    })
  })
  afterAll(async () => {
    await browser?.close()
    await product?.close()
  })

  it('devices: says how each is, how often it speaks and what it hangs on, in both languages', async () => {
    const climate = { temperature: 21.5, battery: 62 }
    await speak(product, { id: 'hub-1', type: 'bridge', name: '6 号楼网桥' }, [
      ['status', 'online'],
      ['status', 'offline'],
    ])
    await speak(
      product,
      { id: 'sensor-1', type: 'climate', name: '客厅温度', intervalMs: 60_000 },
      [['telemetry', reading(climate)]],
    )
    await speak(product, { id: 'sensor-2', type: 'climate', name: '阳台温度', via: 'hub-1' }, [
      ['telemetry', reading(climate)],
    ])
    await product.call('POST', '/devices', { id: 'sensor-3', type: 'climate', name: '新温度' })

    const { page, complaints } = await open(browser, product)
    await page.getByRole('link', { name: '设备' }).first().click()

    const text = (id: string) => rowOf(page, id).innerText()
    const shape = (id: string) => rowOf(page, id).locator('svg.shape').getAttribute('class')
    await soon(() => text('sensor-1')).toContain('在线')
    expect(await text('sensor-1')).toContain('每 1 分一次（约定），3 分没消息算离线')
    expect(await text('sensor-1')).toContain('电量 62%')
    expect(await shape('sensor-1')).toBe('shape ok')
    expect(await text('sensor-2')).toContain('说不准')
    expect(await text('sensor-2')).toContain('上级 6 号楼网桥 没消息')
    expect(await text('sensor-2')).toContain('多久一次，还在学')
    expect(await shape('sensor-2')).toBe('shape cannot')
    expect(await text('sensor-3')).toContain('还没来过')

    await rowOf(page, 'sensor-2').click()
    const health = page.getByRole('list', { name: '健康' })
    await soon(() => health.innerText()).toContain('上级 6 号楼网桥 没消息')
    // What people say holds from then on.
    await page.getByRole('combobox', { name: '接在哪台设备上' }).click()
    await page.getByTitle('不接在别的设备上').last().click()
    await page.getByText('已改，以后以人填的为准').waitFor()
    await soon(() => text('sensor-2')).not.toContain('上级')
    await page.getByRole('combobox', { name: '接在哪台设备上' }).click()
    await page.getByTitle('6 号楼网桥 · hub-1').click()
    await soon(() => text('sensor-2')).toContain('上级 6 号楼网桥 没消息')
    // An Escape might only close the list of the select.
    await page.locator('.ant-drawer-close').click()
    await page.getByRole('button', { name: 'English' }).click()
    await soon(() => text('sensor-1')).toContain('Every 1 min (declared)')
    expect(await text('sensor-2')).toContain('Its parent 6 号楼网桥 is not heard')

    await page.setViewportSize({ width: 390, height: 844 })
    await soon(() => rowOf(page, 'sensor-1').locator('.health').isVisible()).toBe(true)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
    expect(complaints).toEqual([])
    await page.close()
  }, 90_000)

  it('a person: who was told, an absence and its end, a visit with checklist and photo', async () => {
    const resident = await unseen(product)
    const { page, complaints } = await open(browser, product)
    await page.goto(`${product.url}/care/${resident}`)
    await page.getByRole('heading', { name: '吴秀兰' }).waitFor()
    await ladder(page)
    await absence(page)
    await visit(page)

    await page.getByRole('button', { name: 'English' }).click()
    await page.getByRole('heading', { name: 'Latest visits' }).waitFor()
    await soon(() => page.locator('.visit summary').innerText()).toContain('Spirits Low')
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
    expect(complaints).toEqual([])
    await page.close()
  }, 120_000)
})

/** An elder with a daughter, whom nobody has seen: the ladder runs. */
async function unseen(product: Product): Promise<string> {
  const id = async (path: string, body: object): Promise<string> =>
    (await product.call<{ id: string }>('POST', path, body)).id
  const household = await id('/households', { place: { name: '3 号楼 602' } })
  const person = { name: '吴秀兰', honorific: '吴奶奶', phone: '13812342207', household }
  const resident = await id('/residents', person)
  const daughter = { name: '吴敏', relation: '女儿', phone: '13900001111' }
  await product.call('POST', `/residents/${resident}/contacts`, daughter)
  await product.call('PUT', `/care/${resident}/plan`, { level: 'key' })
  await product.call('POST', '/anomalies', {
    id: 'ano_unseen',
    type: 'resident.unseen',
    key: `resident.unseen:${resident}`,
    severity: 'critical',
    place: { name: '3 号楼 602' },
    subject: { kind: 'resident', id: resident, name: '吴奶奶' },
    title: { zh: '吴奶奶 24 小时没见到', en: 'Mrs Wu not seen for 24 h' },
  })
  return resident
}

async function ladder(page: Page): Promise<void> {
  const step = (id: string, state: string) =>
    page.locator(`[data-step^="${id}"][data-state="${state}"]`)
  await step('elder', 'running').waitFor()
  expect(await page.locator('[data-ladder]').innerText()).toContain('打给本人')
  await step('elder', 'running').getByRole('button', { name: '没通' }).click()
  await step('family', 'running').waitFor()
  const elder = await page.locator('[data-step="elder"]').innerText()
  expect(elder).toContain('没人接')
  expect(elder).toContain('管理员')
  expect(await step('family', 'running').innerText()).toContain('吴敏')
}

async function absence(page: Page): Promise<void> {
  await page.getByRole('button', { name: '登记外出' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('住院', { exact: true }).click()
  await dialog.getByRole('textbox').last().fill('女儿陪着')
  await page.keyboard.press('Control+Enter')
  const away = page.locator('[data-away]')
  await away.waitFor()
  expect(await away.innerText()).toContain('住院')
  expect(await away.innerText()).toContain('女儿陪着')
  // Whoever is in hospital is looked for by nobody.
  await soon(() => page.locator('[data-ladder="running"]').count()).toBe(0)
  await away.getByRole('button', { name: '回来了' }).click()
  await away.waitFor({ state: 'detached' })
}

async function visit(page: Page): Promise<void> {
  await page.getByRole('button', { name: '记一次走访' }).click()
  await page.getByRole('radiogroup', { name: '精神' }).getByText('不好').click()
  const room = await sharp({
    create: { width: 640, height: 480, channels: 3, background: '#c9b79a' },
  })
    .jpeg()
    .toBuffer()
  await page.locator('input[type=file]').setInputFiles([
    { name: 'room.jpg', mimeType: 'image/jpeg', buffer: room },
    { name: 'broken.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no picture') },
  ])
  await page.getByRole('button', { name: '保存' }).click()
  // The visit is saved whatever becomes of its photos.
  const notKept = page.getByRole('alert').filter({ hasText: '走访已记下' })
  await notKept.waitFor()
  const models = needs('shared-models')
  expect(await notKept.innerText()).toContain(
    models
      ? '走访已记下，1 张照片没有存。 打不开这张照片'
      : '走访已记下，2 张照片没有存。 这张照片还不能打码',
  )
  await page.getByRole('button', { name: '不传了' }).click()
  await soon(() => page.locator('.visit').count()).toBe(1)
  await soon(() => page.locator('.visit summary').innerText()).toContain('精神 不好')
  if (!models) return
  const loaded = `document.querySelector('.visit img')?.naturalWidth ?? 0`
  await soon(() => page.evaluate<number>(loaded)).toBe(640)
  await page.getByRole('button', { name: '删除第 1 张照片' }).click()
  const ask = page.getByRole('dialog', { name: '删除第 1 张照片？' })
  await ask.getByRole('button', { name: '删除照片' }).click()
  await page.getByText('照片已删除').waitFor()
  await soon(() => page.locator('.visit .photo').count()).toBe(0)
}
