import { connectAsync } from 'mqtt'
import { type Browser, chromium, type Page } from 'playwright-core'
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

    const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } })
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    await page.goto(product.url)
    await page.getByLabel('密码', { exact: true }).fill(product.adminPassword)
    await page.getByRole('button', { name: '登录', exact: true }).click()
    await page.getByRole('link', { name: '设备' }).first().click()

    const text = (id: string) => rowOf(page, id).innerText()
    const shape = (id: string) => rowOf(page, id).locator('svg.shape').getAttribute('class')
    await expect.poll(() => text('sensor-1'), { timeout: 20_000 }).toContain('在线')
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
    await expect.poll(() => health.innerText()).toContain('上级 6 号楼网桥 没消息')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'English' }).click()
    await expect.poll(() => text('sensor-1')).toContain('Every 1 min (declared)')
    expect(await text('sensor-2')).toContain('Its parent 6 号楼网桥 is not heard')

    await page.setViewportSize({ width: 390, height: 844 })
    await expect.poll(() => rowOf(page, 'sensor-1').locator('.health').isVisible()).toBe(true)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
    expect(complaints).toEqual([])
    await page.close()
  }, 90_000)
})
