import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import pino from 'pino'
import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import { parseCategories } from '../../../config/categories.ts'
import { parseCategorySettings } from '../../../config/category-settings.ts'
import { parseDuties, parseOrg } from '../../../config/org.ts'
import type { Role } from '../../../contracts/http/auth.ts'
import { type Api, type ApiDeps, type ApiOptions, startApi } from '../../../api/start.ts'

export const serviceToken = 'service-token-of-the-tests-0123456789'
/** In place of LINLI_PASS_KEY. */
export const passKey = 'pass-key-of-the-tests-0123456789abcdef'
export const adminPassword = 'correct horse battery'
const root = fileURLToPath(new URL('../../../', import.meta.url))
const shipped = (file: string): Promise<string> => readFile(`${root}config/${file}`, 'utf8')

export interface Caller {
  readonly token: string
  get(url: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>
  post(url: string, payload?: object): Promise<LightMyRequestResponse>
  patch(url: string, payload: object): Promise<LightMyRequestResponse>
  put(url: string, payload: object): Promise<LightMyRequestResponse>
  delete(url: string): Promise<LightMyRequestResponse>
}

export interface TestApi {
  readonly api: Api
  readonly home: string
  /** The clock stands still until it is moved. */
  readonly time: { now: number }
  as(token: string): Caller
  readonly admin: () => Promise<Caller>
  readonly box: Caller
  /** Makes a person and signs in as them. */
  person(role: Role, areas?: readonly string[], unit?: string): Promise<Caller & { id: string }>
  restart(): Promise<void>
  close(): Promise<void>
}

/** Hundreds of tests sign in, and what a guess costs is the business of tests/api/auth alone. */
const cheapPasswords = { cost: { N: 1_024, r: 8, p: 1 } }

/** 2026-11-20 12:00 in Shanghai: a Friday, far from any midnight. */
export const noon = Date.UTC(2026, 10, 20, 4)

/**
 * The whole api on a real SQLite file in its own folder, answers checked against their schema. What is
 * not said is as in service, passwords that are cheap to check apart; the password of `admin` is `adminPassword`. With `clocks` of its own `time` moves nothing.
 */
export async function startTestApi(
  options: Partial<ApiOptions> = {},
  clocks?: Pick<ApiDeps, 'clock' | 'machine'>,
): Promise<TestApi> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'linli-api-')))
  const time = { now: noon }
  const orgText = await shipped('org.yaml')
  const units = parseOrg(orgText, 'org.yaml', 'demo')
  const settings = parseCategorySettings(await shipped('categories.yaml'), 'categories.yaml')
  const categories = parseCategories(await shipped('categories.csv'), settings)
  const start = async (): Promise<Api> =>
    startApi(
      {
        clock: () => time.now,
        random: randomBytes,
        chance: Math.random,
        // As the wall clock: what is due comes when a test moves it.
        machine: { boot: 'test', nowMs: () => time.now },
        logger: pino({ level: 'silent' }),
        ...clocks,
      },
      {
        home,
        community: 'demo',
        adminPassword,
        gatewayUrl: null,
        serviceToken,
        webDir: join(home, 'no-web'),
        version: '0.0.0-test',
        categories,
        units,
        duties: parseDuties(orgText, 'org.yaml', { units, categories }),
        checkAnswers: true,
        passKey,
        passwords: cheapPasswords,
        ...options,
      },
    )
  const running = { api: await start() }
  const call = (token: string, request: InjectOptions) =>
    running.api.app.inject({
      ...request,
      headers: { authorization: `Bearer ${token}`, ...request.headers },
    })
  const as = (token: string): Caller => ({
    token,
    get: (url, headers = {}) => call(token, { method: 'GET', url: `/api/v1${url}`, headers }),
    post: (url, payload) =>
      call(token, { method: 'POST', url: `/api/v1${url}`, payload: payload ?? {} }),
    patch: (url, payload) => call(token, { method: 'PATCH', url: `/api/v1${url}`, payload }),
    put: (url, payload) => call(token, { method: 'PUT', url: `/api/v1${url}`, payload }),
    delete: (url) => call(token, { method: 'DELETE', url: `/api/v1${url}` }),
  })
  let counter = 0
  const self: TestApi = {
    get api() {
      return running.api
    },
    home,
    time,
    as,
    admin: async () => as(await signIn(running.api, 'admin', adminPassword)),
    box: as(serviceToken),
    async person(role, areas = ['demo'], unit) {
      counter += 1
      const username = `${role}-${counter}`
      const admin = await self.admin()
      const password = 'a good password'
      const made = await admin.post('/users', {
        username,
        name: username,
        role,
        areas,
        password,
        ...(unit === undefined ? {} : { unit }),
      })
      if (made.statusCode !== 201) throw new Error(made.body)
      const { id } = made.json<{ id: string }>()
      return { ...as(await signIn(running.api, username, password)), id }
    },
    async restart() {
      await running.api.close()
      running.api = await start()
    },
    async close() {
      await running.api.close()
      await rm(home, { recursive: true, force: true })
    },
  }
  return self
}

export async function signIn(api: Api, username: string, password: string): Promise<string> {
  const answer = await api.app.inject({
    method: 'POST',
    url: '/api/v1/auth/login',
    payload: { username, password },
  })
  if (answer.statusCode !== 200) throw new Error(`sign-in of ${username}: ${answer.body}`)
  return answer.json<{ token: string }>().token
}

/** The smallest anomaly, with what a test changes. */
export const smoke = (id: string, more: Record<string, unknown> = {}) => ({
  id,
  type: 'smoke.alarm',
  key: 'smoke.alarm:kitchen-1',
  community: 'demo',
  device: 'kitchen-1',
  ...more,
})
