import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import type { NotificationItem } from '../../contracts/http/notify.ts'
import type { Product } from '../support/product.ts'

const person = {
  username: 'chenhe',
  name: '陈禾',
  first: 'a first password',
  own: 'her own password',
}
/** Of this test: nothing else brings it to a screen. */
const titleZh = '3 栋 201 厨房烟感报警'
const titleEn = 'Smoke in the kitchen of 3-201'

/** Somebody on duty, with a password of her own. */
async function onDuty(product: Product): Promise<string> {
  const { username, name, first, own } = person
  const areas = ['demo']
  const user = { username, name, role: 'staff', areas, password: first }
  const { id } = await product.call<{ id: string }>('POST', '/users', user)
  const json = { 'content-type': 'application/json' }
  const post = (path: string, body: object, headers: object = {}) =>
    fetch(`${product.url}/api/v1${path}`, {
      method: 'POST',
      headers: { ...json, ...headers },
      body: JSON.stringify(body),
    })
  const login = await post('/auth/login', { username, password: first })
  const { token } = (await login.json()) as { token: string }
  const bearer = { authorization: `Bearer ${token}` }
  const changed = await post('/auth/password', { old: first, new: own }, bearer)
  expect(changed.status).toBe(200)
  return id
}

const raiseSmoke = (product: Product, id: string) =>
  product.call<{ ticket: string }>('POST', '/anomalies', {
    id,
    type: 'smoke.alarm',
    key: `smoke.alarm:${id}`,
    community: 'demo',
    device: id,
    place: { name: '3 栋 201' },
    title: { zh: titleZh, en: titleEn },
  })

/** Counts the notes that the page really starts; the browser plays them to nobody. */
const countNotes = `
  window.notes = 0
  const start = OscillatorNode.prototype.start
  OscillatorNode.prototype.start = function (...when) { window.notes += 1; return start.apply(this, when) }
`
const slow = { timeout: 20_000 }
const notes = (page: Page) => page.evaluate<number>('window.notes')

async function signInOnDuty(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.getByLabel('用户名').fill(person.username)
  await page.getByLabel('密码', { exact: true }).fill(person.own)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.getByRole('heading', { name: '工单' }).waitFor()
}

/** From the alarm to the one who has it in hand: live, heard, read, on the record. */
export async function noticesScenario(product: Product, browser: Browser): Promise<void> {
  const user = await onDuty(product)
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.setDefaultTimeout(60_000)
  await page.addInitScript(countNotes)
  await signInOnDuty(page, product.url)
  await page.locator('.bell').click()
  await page.getByText('没有等人接手的').first().waitFor()
  expect(await notes(page)).toBe(0)

  const mine = async (): Promise<NotificationItem | undefined> => {
    const path = `/notifications?channel=screen&person=user:${user}`
    const { items } = await product.call<{ items: NotificationItem[] }>('GET', path)
    return items.find(({ title }) => title.zh === titleZh)
  }
  await raiseSmoke(product, 'smoke-ring')
  // Nobody reloads: it comes by the stream, and it is heard.
  const row = page.locator('.notice-row', { hasText: titleZh })
  await row.waitFor()
  await expect.poll(() => notes(page), slow).toBeGreaterThanOrEqual(6)
  expect(await page.locator('.bell .count.hot').getAttribute('data-count')).toBe('1')
  // It stood on a screen that somebody could see: the receipt says so.
  await expect.poll(async () => (await mine())?.state, slow).toBe('delivered')

  // A page that nobody has touched may not sound, and says so; the same touch lifts it. To the browser a question of
  // ours is a touch, too: nothing is asked before the page has begun.
  const here = page.url()
  await page.goto('about:blank')
  await page.goto(here)
  await sleep(4_000)
  await page.locator('.sound-banner').waitFor()
  expect(await notes(page)).toBe(0)
  await page.getByRole('button', { name: '点一下，允许出声' }).first().click()
  await expect.poll(() => notes(page), slow).toBeGreaterThanOrEqual(6)
  await expect.poll(() => page.locator('.sound-banner').count(), slow).toBe(0)

  await row.getByRole('button', { name: '我来处理' }).click()
  await page.getByText('没有等人接手的').first().waitFor()
  expect(await mine()).toMatchObject({ state: 'acknowledged', acknowledgedBy: person.name })
  expect(await page.locator('.bell .count').count()).toBe(0)

  // Off is off, also after the page was left; in the other language, too.
  await page.getByRole('switch', { name: '严重的响铃' }).click()
  await page.getByRole('button', { name: 'English' }).click()
  await page.reload()
  expect(await page.getByRole('switch').getAttribute('aria-checked')).toBe('false')
  await raiseSmoke(product, 'smoke-quiet')
  await page.locator('.notice-row', { hasText: titleEn }).waitFor()
  expect(await notes(page)).toBe(0)
  await page.getByRole('button', { name: /^All/ }).click()
  await page.getByText(`${person.name} took it`, { exact: false }).first().waitFor()

  await page.locator('.notice-row', { hasText: titleEn }).first().getByRole('link').click()
  await page.getByRole('heading', { name: titleEn }).waitFor()
  const receipts = page.locator(`[data-person="user:${user}"]`)
  await receipts.locator('[data-channel="screen"]').first().waitFor()
  expect(await receipts.innerText()).toContain(person.name)
  expect(complaints).toEqual([])
  await page.close()
}
