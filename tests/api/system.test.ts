import { gunzipSync, gzipSync } from 'node:zlib'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { parseCategories } from '../../config/categories.ts'
import { parseOrg } from '../../config/org.ts'
import { type TestApi, startTestApi } from './support/api.ts'
import { startBox } from './support/box.ts'

const closing: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const item of closing.splice(0).reverse()) await item.close()
})
const start = async (options: Parameters<typeof startTestApi>[0] = {}): Promise<TestApi> => {
  const test = await startTestApi(options)
  closing.push(test)
  return test
}

const health = (ready: boolean) => ({
  status: 'ok',
  startedAt: 0,
  ready,
  problems: [],
  broker: { kind: 'embedded', connected: true, clients: 0 },
  readings: { in: 0, stored: 0, duplicates: 0 },
  frames: { in: 0, analysed: 0, dropped: 0 },
  outbox: { depth: 0, oldestAt: null, poisoned: 0 },
  series: { kind: 'sqlite', lagRecords: 0, lastError: null },
  quarantine: { total: 0, byCode: {}, recent: [] },
  dropped: {},
  cameras: [],
  commitMs: { p50: 0, p99: 0 },
  loopDelayMs: { p50: 0, p99: 0 },
  models: [],
})

describe('health', () => {
  it('says only how it is to a stranger, and what is missing to who signed in', async () => {
    const test = await start()
    const plain = await test.api.app.inject('/api/v1/health')
    expect(plain.json()).toEqual({ status: 'degraded' })
    const full = (await (await test.admin()).get('/health')).json()
    expect(full).toMatchObject({ version: '0.0.0-test', community: 'demo', gateway: null })
    expect(full.problems).toMatchObject([{ code: 'web.missing', command: 'npm run build:web' }])
  })

  it('names a box that cannot be reached; ready only once the box is', async () => {
    const box = await startBox()
    closing.push(box)
    const test = await start({ gatewayUrl: box.url })
    const ready = async () => (await test.api.app.inject('/api/v1/ready')).statusCode
    expect(await ready()).toBe(503)
    const admin = await test.admin()
    const codes = (await admin.get('/health')).json().problems.map((p: { code: string }) => p.code)
    expect(codes).toContain('gateway.unreachable')
    for (const value of [false, true]) {
      box.answers.set('GET /health', () => health(value))
      test.time.now += 2_000
      expect(await ready()).toBe(value ? 200 : 503)
    }
    expect((await admin.get('/health')).json().gateway.broker.kind).toBe('embedded')
  })

  it('has metrics for who may see them, without a series per ticket', async () => {
    const test = await start()
    const admin = await test.admin()
    await admin.get('/tickets/tkt_x')
    const { body } = await admin.get('/metrics')
    expect(body).toContain('linli_api_request_seconds_bucket')
    expect(body).toContain('route="/api/v1/tickets/:id"')
    expect(body).not.toContain('tkt_x')
    expect((await test.api.app.inject('/api/v1/metrics')).statusCode).toBe(401)
  })
})

describe('an error', () => {
  it('speaks the language that was asked for, Chinese where none was', async () => {
    const test = await start()
    const title = async (language?: string) => {
      const headers = language === undefined ? {} : { 'accept-language': language }
      return (await test.api.app.inject({ url: '/api/v1/tickets', headers })).json().title
    }
    expect(await title()).toBe('请先登录')
    expect(await title('en-GB,en;q=0.9')).toBe('Sign in first')
    expect(await title('fr, en;q=0.5')).toBe('Sign in first')
    expect(await title('en;q=0.3, zh-CN;q=0.8')).toBe('请先登录')
  })

  it('is problem+json with code and hint everywhere, and hides what went wrong inside', async () => {
    const test = await start()
    const admin = await test.admin()
    const missing = await admin.get('/no-such-route')
    expect(missing.headers['content-type']).toContain('application/problem+json')
    expect(missing.json()).toMatchObject({ status: 404, code: 'not-found' })
    const invalid = await admin.post('/tickets', { title: '' })
    expect(invalid.json()).toMatchObject({ status: 400, code: 'request.invalid' })
    expect(invalid.json().detail).toContain('/title')
    const broken = await test.api.app.inject({
      method: 'POST',
      url: '/api/v1/tickets',
      headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json' },
      payload: '{"title":',
    })
    expect(broken.json()).toMatchObject({ status: 400, code: 'request.invalid' })
    const poison = await test.api.app.inject({
      method: 'POST',
      url: '/api/v1/tickets',
      headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json' },
      payload: '{"title":"x","__proto__":{"role":"admin"}}',
    })
    expect(poison.statusCode).toBe(400)
  })
})

describe('web pages', () => {
  it('say what is missing while they are not built', async () => {
    const test = await start()
    const page = await test.api.app.inject('/')
    expect(page.statusCode).toBe(503)
    expect(page.body).toContain('web.missing')
    expect(page.body).toContain('npm run build:web')
  })

  it('are served with a policy, one page for all addresses of the console, nothing outside the folder', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'linli-web-'))
    await mkdir(join(dir, 'assets'))
    await writeFile(join(dir, 'index.html'), '<!doctype html><p>console')
    await writeFile(join(dir, 'assets/app-1a2b.js'), 'x')
    await writeFile(join(dir, 'assets/app-1a2b.js.gz'), gzipSync('x'))
    const test = await start({ webDir: dir })
    for (const url of ['/', '/tickets/tkt_1', '/care']) {
      const page = await test.api.app.inject(url)
      expect(page.body, url).toContain('console')
      expect(page.headers['content-security-policy']).toContain("script-src 'self'")
      expect(page.headers['cache-control']).toBe('no-cache')
    }
    const script = await test.api.app.inject('/assets/app-1a2b.js')
    const short = await test.api.app.inject({
      url: '/assets/app-1a2b.js',
      headers: { 'accept-encoding': 'gzip' },
    })
    expect(short.headers['content-encoding']).toBe('gzip')
    expect(short.headers['content-type']).toContain('javascript')
    expect(gunzipSync(short.rawPayload).toString()).toBe('x')
    expect(script.headers['cache-control']).toContain('immutable')
    for (const url of ['/assets/none.js', '/assets/%2e%2e/%2e%2e/api.db', '/api/nope']) {
      expect((await test.api.app.inject(url)).statusCode, url).toBe(404)
    }
    // Not an address of a file: the console's page answers it, as any other.
    const outside = await test.api.app.inject('/..%2f..%2fetc%2fpasswd')
    expect(outside.body).toContain('console')
    await rm(dir, { recursive: true, force: true })
  })
})

const org = (units: string) => parseOrg(`units:\n${units}`, 'org.yaml', 'own')

describe('what is shipped', () => {
  it('categories and units exist on an empty start', async () => {
    const test = await start({ community: 'demo' })
    const admin = await test.admin()
    const categories = (await admin.get('/categories')).json().items
    expect(categories).toHaveLength(355)
    expect(categories.find(({ code }: { code: string }) => code === 'C0106')).toMatchObject({
      parent: 'C01',
      name: { zh: '烟感报警', en: 'Smoke alarm' },
    })
    const units = (await admin.get('/org')).json().items
    const kinds = new Set(units.map(({ kind }: { kind: string }) => kind))
    expect(kinds).toEqual(new Set(['district', 'street', 'community', 'grid', 'department']))
  })

  it('short lists take limit and cursor as the long ones do', async () => {
    const test = await start()
    const admin = await test.admin()
    const codes: string[] = []
    let next: string | null = ''
    while (next !== null) {
      const cursor: string = next === '' ? '' : `&cursor=${next}`
      const page: { items: { code: string }[]; next: string | null } = (
        await admin.get(`/categories?limit=100${cursor}`)
      ).json()
      expect(page.items.length).toBeLessThanOrEqual(100)
      codes.push(...page.items.map(({ code }) => code))
      next = page.next
    }
    expect(new Set(codes).size).toBe(codes.length)
    const whole = (await admin.get('/categories')).json<{ items: object[]; next: null }>()
    expect(whole).toMatchObject({ next: null })
    expect(whole.items).toHaveLength(codes.length)
    expect((await admin.get('/org?limit=1001')).statusCode).toBe(400)
  })

  it('text is no body of ours', async () => {
    const test = await start()
    const answer = await test.api.app.inject({
      method: 'POST',
      url: '/api/v1/auth/login',
      headers: { 'content-type': 'text/plain' },
      payload: 'username=admin',
    })
    expect(answer.json()).toMatchObject({ status: 415, code: 'request.unsupported-type' })
  })

  it('a table or organisation that does not hang together is refused by name', () => {
    const head =
      'code,parent,kind,nameZh,nameEn,community,typicalUnitZh,handleHours,hoursKind,source'
    const [row] = parseCategories(`${head}\nA,,event,"甲,""乙""",A,true,,0.5,clock,"line\nbreak"\n`)
    expect(row).toMatchObject({ name: { zh: '甲,"乙"' }, handleHours: 0.5, parent: null })
    expect(() => parseCategories('code,name\nA,B')).toThrow('columns')
    expect(() => parseCategories(`${head}\nB,Z,event,b,b,true,,,,x`)).toThrow('categories.csv:2')
    const unit = '  - { id: a, kind: grid, parent: none, zh: a, en: a }'
    expect(() => org(unit)).toThrow('no unit none')
    const top = '  - { id: a, kind: street, zh: a, en: a }\n'
    expect(() => org(top + top)).toThrow('twice')
    expect(org(top).map(({ id }) => id)).toEqual(['a', 'own'])
  })
})
