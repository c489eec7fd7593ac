import { createHash } from 'node:crypto'
import { type Browser, chromium, type Locator, type Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AnomalyReport } from '../../contracts/anomaly.ts'
import type { LoginAnswer } from '../../contracts/http/auth.ts'
import { needs } from '../support/needs.ts'
import { type Product, startProduct } from '../support/product.ts'
import { noticesScenario } from './notices-scenario.ts'

const sceneWidthPx = 1280
const sceneHeightPx = 720
const carPx: [number, number, number, number] = [400, 330, 360, 260]
const titleZh = '消防通道被轿车占用'
const titleEn = 'A car blocks the fire lane'

/** A drawn scene: a test may not carry other people's pictures. */
async function drawScene(): Promise<{ jpeg: Buffer; sha256: string }> {
  const [x, y, width, height] = carPx
  const scene = `<svg width="${sceneWidthPx}" height="${sceneHeightPx}">
    <rect width="100%" height="400" fill="#c6cdd5"/>
    <rect x="${x}" y="${y}" width="${width}" height="${height}" rx="50" fill="#8497ae"/></svg>`
  const jpeg = await sharp({
    create: { width: sceneWidthPx, height: sceneHeightPx, channels: 3, background: '#bfc3c7' },
  })
    .composite([{ input: Buffer.from(scene) }])
    .jpeg()
    .toBuffer()
  return { jpeg, sha256: createHash('sha256').update(jpeg).digest('hex') }
}

const reportOf = (sha256: string): AnomalyReport => ({
  id: 'ano_console_test',
  type: 'vehicle.fire-lane',
  key: 'console-test/fire-lane',
  device: 'cam-east',
  place: { name: '3 号楼东侧' },
  title: { zh: titleZh, en: titleEn },
  description: { zh: '轿车停留 7 分 40 秒。', en: 'It stood for 7 min 40 s.' },
  rule: { id: 'vehicle.fire-lane', version: '1' },
  evidence: [
    {
      kind: 'frame',
      device: 'cam-east',
      ts: Date.now(),
      sha256,
      widthPx: sceneWidthPx,
      heightPx: sceneHeightPx,
      subjectPx: carPx,
      detections: [
        { label: 'car', score: 0.91, boxPx: carPx },
        { label: 'person', score: 0.8, boxPx: [900, 300, 90, 280] },
      ],
      zone: [
        [0.1, 0.6],
        [0.9, 0.6],
        [0.95, 0.95],
        [0.05, 0.95],
      ],
      models: [{ name: 'yolox_nano', sha256: '9f3c'.padEnd(60, '0').concat('e21a') }],
    },
  ],
})

/** What the gateway does: the picture first, then the anomaly that names it. */
async function raise({ url, adminPassword }: Product): Promise<void> {
  const login = await fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'admin', password: adminPassword }),
  })
  const authorization = `Bearer ${((await login.json()) as LoginAnswer).token}`
  const { jpeg, sha256 } = await drawScene()
  const put = await fetch(`${url}/api/v1/evidence/${sha256}`, {
    method: 'PUT',
    headers: { authorization, 'content-type': 'image/jpeg' },
    body: new Uint8Array(jpeg),
  })
  expect(put.status).toBe(201)
  const report = await fetch(`${url}/api/v1/anomalies`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(reportOf(sha256)),
  })
  expect(report.status).toBe(201)
}

const visible = (locator: Locator) => locator.waitFor({ state: 'visible', timeout: 10_000 })

async function signIn(page: Page, { url, adminPassword }: Product): Promise<void> {
  await page.goto(url)
  await page.getByLabel('密码', { exact: true }).fill(adminPassword)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await visible(page.getByRole('heading', { name: '工单' }))
}

/** Presses an action of the ticket page; in its dialog chooses the first unit and writes one line. */
async function act(page: Page, action: string, status: string, words?: string): Promise<void> {
  await page.locator(`[data-action="${action}"]`).click()
  if (words !== undefined) {
    const dialog = page.getByRole('dialog')
    await visible(dialog)
    if (action === 'dispatch') {
      await dialog.getByRole('combobox').first().click()
      await page.locator('.ant-select-item-option').first().click()
    }
    await dialog.getByRole('textbox').last().fill(words)
    // By keyboard, as the dialogs promise.
    await page.keyboard.press('Control+Enter')
  }
  await visible(page.locator(`[data-status="${status}"]`))
}

describe.runIf(needs('chromium'))('the console in a real browser', () => {
  let product: Product
  let browser: Browser

  beforeAll(async () => {
    product = await startProduct()
    browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        // As browsers of people have it: no sound before a touch.
        '--autoplay-policy=document-user-activation-required',
      ],
    })
  })
  afterAll(async () => {
    await browser?.close()
    await product?.close()
  })

  it('goes from an empty browser to a closed ticket, in both languages', async () => {
    // The one way that everybody takes; whatever breaks it makes the product useless.
    const page = await browser.newPage({
      viewport: { width: 1920, height: 1080 },
      timezoneId: 'America/New_York',
    })
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })

    await signIn(page, product)
    await visible(page.getByText('今天的事都办完了'))
    await raise(product)
    // The browser stands elsewhere; the screen tells the time of the community (UTC+8).
    const hereAt = (ms: number) => new Date(ms + 8 * 3_600_000).toISOString().slice(11, 16)
    const told = await page.locator('.top .date b').innerText()
    expect([hereAt(Date.now()), hereAt(Date.now() - 60_000)]).toContain(told)
    // It comes by itself: nobody reloads the page.
    const row = page.locator('.ticket-row', { hasText: titleZh })
    await visible(row)
    await row.click()
    await page.keyboard.press('Enter')

    // The list shows heading and picture beside it as well: the checks below are of the page itself.
    await page.waitForURL('**/tickets/tkt_*')
    await visible(page.getByRole('heading', { name: titleZh }))
    const loaded = () =>
      page.evaluate<number>(`document.querySelector('.picture img')?.naturalWidth ?? 0`)
    await expect.poll(loaded).toBe(sceneWidthPx)
    await expect.poll(() => page.locator('[data-box="car"] .subject').count()).toBe(1)
    await expect.poll(() => page.locator('[data-box="person"] .other').count()).toBe(1)
    await expect.poll(() => page.locator('.picture .zone').count()).toBe(1)
    await visible(page.getByText('轿车 0.91'))
    await visible(page.getByText('模型 yolox_nano sha256 9f3c…e21a'))
    await visible(page.locator('.timeline [data-kind="opened"]'))

    await act(page, 'dispatch', 'dispatched', '请去看看')
    await act(page, 'accept', 'accepted')
    await act(page, 'start', 'handling')
    await act(page, 'handle', 'handled', '车主已挪车')
    await act(page, 'verify', 'verified', '现场已空')
    await act(page, 'close', 'closed', '办结')
    await visible(page.locator('.timeline').getByText('车主已挪车'))
    for (const kind of ['opened', 'dispatch', 'accept', 'start', 'handle', 'verify', 'close'])
      expect(await page.locator(`.timeline [data-kind="${kind}"]`).count(), kind).toBe(1)
    expect(await page.locator('[data-status="closed"]').innerText()).toBe('已结案')

    await page.getByRole('button', { name: 'English' }).click()
    await visible(page.getByRole('heading', { name: titleEn }))
    expect(await page.locator('[data-status="closed"]').innerText()).toBe('Closed')
    await page.getByRole('link', { name: 'Tickets' }).first().click()
    await visible(page.getByText('All done for today'))
    await page.getByRole('button', { name: 'Done' }).click()
    await visible(page.locator('.ticket-row', { hasText: titleEn }))

    // Once out, nothing of what was read stays on the screen.
    await page.getByRole('button', { name: 'Sign out' }).first().click()
    await visible(page.getByLabel('Password', { exact: true }))
    expect(await page.getByText(titleEn).count()).toBe(0)

    expect(complaints).toEqual([])
    await page.close()
  }, 120_000)

  it(
    'shows and sounds what is critical, live, until somebody has it in hand',
    () => noticesScenario(product, browser),
    120_000,
  )
})
