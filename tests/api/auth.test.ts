import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { adminPasswordFile } from '../../api/auth/first-admin.ts'
import { openDatabase } from '../../api/db/open.ts'
import { type TestApi, adminPassword, signIn, startTestApi } from './support/api.ts'

const open: TestApi[] = []
const start = async (options: Parameters<typeof startTestApi>[0] = {}): Promise<TestApi> => {
  const api = await startTestApi(options)
  open.push(api)
  return api
}
afterEach(async () => {
  for (const api of open.splice(0)) await api.close()
})

const login = (test: TestApi, username: string, password: string, headers = {}) =>
  test.api.app.inject({
    method: 'POST',
    url: '/api/v1/auth/login',
    headers,
    payload: { username, password },
  })

describe('check 1: no default credential, first boot random admin, forced change', () => {
  it('makes another password on every box and keeps it readable by its owner only', async () => {
    const a = await start({ adminPassword: null })
    const b = await start({ adminPassword: null })
    const passwords = await Promise.all(
      [a, b].map(({ home }) => readFile(adminPasswordFile(home), 'utf8')),
    )
    expect(passwords[0]).not.toBe(passwords[1])
    expect(passwords[0]?.trim().length).toBeGreaterThanOrEqual(20)
    expect((await stat(adminPasswordFile(a.home))).mode & 0o077).toBe(0)
    for (const guess of ['admin', 'password', 'linli', '', 'changeme']) {
      expect((await login(a, 'admin', guess)).statusCode).toBeGreaterThanOrEqual(400)
    }
  })

  it('lets the first password sign in but do nothing until it is changed', async () => {
    const test = await start({ adminPassword: null })
    const first = (await readFile(adminPasswordFile(test.home), 'utf8')).trim()
    const answer = await login(test, 'admin', first)
    expect(answer.statusCode).toBe(200)
    expect(answer.json().user.mustChangePassword).toBe(true)
    const admin = test.as(answer.json().token)
    const refused = await admin.get('/tickets')
    expect([refused.statusCode, refused.json().code]).toEqual([
      403,
      'auth.password-change-required',
    ])
    expect((await admin.get('/auth/me')).statusCode).toBe(200)
    expect((await admin.get('/health')).json()).toEqual({ status: 'degraded' })
    expect((await admin.post('/auth/password', { old: first, new: first })).statusCode).toBe(400)
    expect((await admin.post('/auth/password', { old: first, new: 'short' })).statusCode).toBe(400)
    const changed = await admin.post('/auth/password', { old: first, new: 'my own password' })
    expect(changed.json().mustChangePassword).toBe(false)
    expect((await admin.get('/tickets')).statusCode).toBe(200)
    await expect(stat(adminPasswordFile(test.home))).rejects.toThrow('ENOENT')
    expect((await login(test, 'admin', first)).statusCode).toBe(401)
  })

  it('uses a password that was given as it is, and never again after the first start', async () => {
    const test = await start()
    await expect(stat(adminPasswordFile(test.home))).rejects.toThrow('ENOENT')
    const admin = await test.admin()
    expect((await admin.get('/tickets')).statusCode).toBe(200)
    await admin.post('/auth/password', { old: adminPassword, new: 'another password' })
    await test.restart()
    expect((await login(test, 'admin', adminPassword)).statusCode).toBe(401)
    expect((await login(test, 'admin', 'another password')).statusCode).toBe(200)
  })
})

const middle = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[5] ?? 0

describe('check 5: login limit and equal timing for an unknown user', () => {
  it('refuses after a few failures, the right password too, and forgives with time', async () => {
    const test = await start()
    const statuses = []
    for (let i = 0; i < 7; i += 1) {
      statuses.push((await login(test, 'admin', `wrong ${i}`)).statusCode)
      test.time.now += 1_500
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429])
    const refused = await login(test, 'admin', adminPassword)
    expect([refused.statusCode, refused.json().code]).toEqual([429, 'auth.rate-limited'])
    test.time.now += 60_000
    expect((await login(test, 'admin', adminPassword)).statusCode).toBe(200)
  })

  it('bounds a burst that comes all at once, and twenty an hour', async () => {
    const test = await start()
    const burst = await Promise.all(
      Array.from({ length: 10 }, (_, i) => login(test, 'admin', `wrong ${i}`)),
    )
    expect(burst.filter(({ statusCode }) => statusCode === 401)).toHaveLength(3)
    let failed = 3
    for (let minute = 0; minute < 10; minute += 1) {
      test.time.now += 61_000
      for (let i = 0; i < 3; i += 1) {
        if ((await login(test, 'admin', 'wrong')).statusCode === 401) failed += 1
        test.time.now += 1_000
      }
    }
    expect(failed).toBe(20)
  }, 60_000)

  it('does not count right passwords: many devices of one person sign in', async () => {
    const test = await start()
    for (let i = 0; i < 8; i += 1) {
      expect((await login(test, 'admin', adminPassword)).statusCode).toBe(200)
    }
  })

  it('lets one person sign in on ten devices in the same moment', async () => {
    const test = await start()
    const all = await Promise.all(
      Array.from({ length: 10 }, () => login(test, 'admin', adminPassword)),
    )
    expect(all.map(({ statusCode }) => statusCode)).toEqual(Array(10).fill(200))
  })

  it('makes each guess at a password cost 32 MiB, for a name that does not exist too', async () => {
    const test = await start({ passwords: {} })
    const db = await openDatabase(join(test.home, 'api.db'))
    const { password_hash: hash } = await db
      .selectFrom('users')
      .select('password_hash')
      .executeTakeFirstOrThrow()
    await db.destroy()
    // OWASP Password Storage Cheat Sheet: scrypt with N=2^15, r=8.
    expect(hash).toMatch(/^scrypt\$32768\$8\$1\$/)
    const measure = async (name: string): Promise<number> => {
      const from = performance.now()
      const answer = await login(test, name, 'wrong')
      const tookMs = performance.now() - from
      expect(answer.json()).toMatchObject({ code: 'auth.failed', status: 401 })
      test.time.now += 3_600_000
      return tookMs
    }
    await measure('warm-up')
    const times: { known: number[]; unknown: number[] } = { known: [], unknown: [] }
    // In turns, so that what else the machine does falls on both.
    for (let i = 0; i < 11; i += 1) {
      times.known.push(await measure('admin'))
      times.unknown.push(await measure(`nobody-${i}`))
    }
    const known = middle(times.known)
    const unknown = middle(times.unknown)
    expect(unknown / known).toBeGreaterThan(0.6)
    expect(unknown / known).toBeLessThan(1.6)
  }, 60_000)
})

describe('sessions', () => {
  it('come as an http-only cookie that works, and end with sign-out', async () => {
    const test = await start()
    const answer = await login(test, 'admin', adminPassword)
    const [cookie] = answer.cookies
    expect(cookie).toMatchObject({ name: 'linli_session', httpOnly: true, sameSite: 'Lax' })
    const headers = { cookie: `linli_session=${cookie?.value}` }
    const me = () => test.api.app.inject({ url: '/api/v1/auth/me', headers })
    expect((await me()).json().username).toBe('admin')
    const out = await test.api.app.inject({ method: 'POST', url: '/api/v1/auth/logout', headers })
    expect(out.statusCode).toBe(204)
    expect((await me()).statusCode).toBe(401)
  })

  it('take no orders from another site, which a browser would send with the cookie', async () => {
    const test = await start()
    const token = await signIn(test.api, 'admin', adminPassword)
    const post = (headers: Record<string, string>) =>
      test.api.app.inject({
        method: 'POST',
        url: '/api/v1/tickets',
        headers: { cookie: `linli_session=${token}`, host: 'linli.lan', ...headers },
        payload: { title: 'x' },
      })
    expect((await post({ origin: 'https://evil.example' })).statusCode).toBe(403)
    expect((await post({ 'sec-fetch-site': 'cross-site' })).statusCode).toBe(403)
    expect((await post({ origin: 'http://linli.lan' })).statusCode).toBe(201)
    expect((await post({ 'sec-fetch-site': 'same-origin' })).statusCode).toBe(201)
  })

  it('run out', async () => {
    const test = await start()
    const admin = await test.admin()
    test.time.now += 7 * 24 * 3_600_000
    expect((await admin.get('/auth/me')).statusCode).toBe(401)
  })

  it('are not to be found in the database', async () => {
    const test = await start()
    const { token } = await test.admin()
    const files = await Promise.all(
      ['api.db', 'api.db-wal'].map((file) => readFile(join(test.home, file)).catch(() => '')),
    )
    for (const bytes of files) {
      expect(bytes.includes(token)).toBe(false)
      expect(bytes.includes(adminPassword)).toBe(false)
    }
  })
})

describe('check 7: a changed role or a disabled account counts from the next request', () => {
  it('without a new sign-in', async () => {
    const test = await start()
    const admin = await test.admin()
    const staff = await test.person('staff')
    expect((await staff.post('/devices', { id: 'd-1', type: 'door' })).statusCode).toBe(201)
    await admin.patch(`/users/${staff.id}`, { role: 'grid' })
    expect((await staff.post('/devices', { id: 'd-2', type: 'door' })).statusCode).toBe(403)
    await admin.patch(`/users/${staff.id}`, { disabled: true })
    expect((await staff.get('/tickets')).statusCode).toBe(401)
  })

  it('but the last admin stays', async () => {
    const test = await start()
    const admin = await test.admin()
    const me = (await admin.get('/auth/me')).json()
    expect((await admin.patch(`/users/${me.id}`, { disabled: true })).statusCode).toBe(403)
    expect((await admin.patch(`/users/${me.id}`, { role: 'staff' })).statusCode).toBe(403)
  })
})

describe('keys for machines', () => {
  it('open what their scopes say and nothing else, until they are revoked', async () => {
    const test = await start()
    const admin = await test.admin()
    const make = async (scopes: string[]) =>
      (await admin.post('/api-keys', { name: scopes.join(), scopes })).json()
    const read = await make(['read'])
    const intake = test.as((await make(['intake'])).key)
    const box = test.as((await make(['gateway'])).key)
    expect((await test.as(read.key).get('/tickets')).statusCode).toBe(200)
    expect((await test.as(read.key).post('/tickets', { title: 'x' })).statusCode).toBe(403)
    const reported = await intake.post('/tickets', { title: '路灯不亮' })
    expect(reported.json().source).toMatchObject({ kind: 'import', channel: 'intake' })
    expect((await intake.get('/tickets')).statusCode).toBe(403)
    expect((await box.get('/gateway/roster')).statusCode).toBe(200)
    expect((await admin.get('/api-keys')).json().items).toHaveLength(3)
    expect((await admin.delete(`/api-keys/${read.id}`)).statusCode).toBe(204)
    expect((await test.as(read.key).get('/tickets')).statusCode).toBe(401)
  })
})

it('refuses tokens that are none', async () => {
  const test = await start()
  for (const token of ['x', 'ls_x', 'lk_x', 'eyJhbGciOiJub25lIn0.e30.']) {
    const answer = await test.as(token).get('/tickets')
    expect([answer.statusCode, answer.json().code]).toEqual([401, 'auth.required'])
  }
})
