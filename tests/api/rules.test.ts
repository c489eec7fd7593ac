import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadRules, rulesVersion, shippedRulesPath } from '../../config/rules.ts'
import type { RulesInForce } from '../../contracts/rules.ts'
import { checkRules } from '../../gateway/pipeline/rules-check.ts'
import { loggedAccess } from './support/access-log.ts'
import { type Caller, startTestApi, type TestApi } from './support/api.ts'
import { type Box, problem, startBox } from './support/box.ts'

const text = readFileSync(shippedRulesPath(), 'utf8')
const quieter = text.replace('raise: 70, clear: 65', 'raise: 66, clear: 64')
const broken = text.replace('raise: 70, clear: 65', 'raise: loud, clear: 65')
const line = text.slice(0, text.indexOf('raise: 70, clear: 65')).split('\n').length

let box: Box
let api: TestApi
let admin: Caller
let held: RulesInForce

const holding = (of: string, source: RulesInForce['source'], by: string): RulesInForce => ({
  text: of,
  source,
  by,
  since: 1,
  file: null,
  ...checkRules(of, loadRules),
})

/** A box that answers as gateway/http/rules-routes.ts does. */
beforeAll(async () => {
  held = holding(text, 'shipped', 'gateway')
  box = await startBox()
  box.answers.set('GET /rules', () => held)
  box.answers.set('POST /rules/check', (body) =>
    checkRules((body as { text: string }).text, loadRules),
  )
  box.answers.set('PUT /rules', (body, _url, response) => {
    const given = body as { text: string; by: string }
    const { valid, lines } = checkRules(given.text, loadRules)
    if (valid) held = holding(given.text, 'set', given.by)
    else problem(response, 422, 'rules.invalid', { lines })
    return valid ? held : undefined
  })
  box.answers.set('DELETE /rules', (body) => {
    held = holding(text, 'shipped', (body as { by: string }).by)
    return held
  })
  api = await startTestApi({ gatewayUrl: box.url })
  admin = await api.admin()
})
afterAll(async () => {
  await api.close()
  await box.close()
})

describe('rules over HTTP', () => {
  test('are set by the keeper of the box, hold, and are taken back; both are in the access log', async () => {
    const set = await admin.put('/rules', { text: quieter })
    expect(set.statusCode).toBe(200)
    expect(set.json()).toMatchObject({ source: 'set', by: '管理员', lines: [] })
    const { rules, version, text: shown } = (await admin.get('/rules')).json<RulesInForce>()
    expect([version, shown]).toEqual([rulesVersion(quieter), quieter])
    expect(rules.find(({ id }) => id === 'noise')).toMatchObject({ anomaly: 'noise.high' })
    expect((await admin.delete('/rules')).json()).toMatchObject({ source: 'shipped' })
    expect(loggedAccess(api.home, 'rules.set')).toMatchObject([{ target: rulesVersion(quieter) }])
    expect(loggedAccess(api.home, 'rules.reset')).toMatchObject([{ target: rulesVersion(text) }])
  })

  test('that are wrong are 422 with the lines, and hold nothing', async () => {
    const before = held
    const answer = await admin.put('/rules', { text: broken })
    expect(answer.statusCode).toBe(422)
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(answer.json()).toMatchObject({
      code: 'rules.invalid',
      lines: [{ line, text: expect.stringMatching(/loud/) }],
    })
    expect(held).toBe(before)
    expect((await admin.post('/rules/check', { text: broken })).json()).toMatchObject({
      valid: false,
      lines: [{ line }],
    })
    const tooLong = await admin.put('/rules', { text: 'x'.repeat(1_000_001) })
    expect(tooLong.statusCode).toBe(400)
    expect((await admin.put('/rules', { text: '' })).statusCode).toBe(400)
  })

  test('are read and checked by staff, changed by none of them, and seen by nobody else', async () => {
    const staff = await api.person('staff')
    expect((await staff.get('/rules')).statusCode).toBe(200)
    expect((await staff.post('/rules/check', { text })).statusCode).toBe(200)
    expect((await staff.put('/rules', { text })).statusCode).toBe(403)
    expect((await staff.delete('/rules')).statusCode).toBe(403)
    for (const role of ['grid', 'unit', 'supervisor', 'resident'] as const) {
      const person = await api.person(role, ['demo'])
      expect((await person.get('/rules')).statusCode).toBe(403)
      expect((await person.put('/rules', { text })).statusCode).toBe(403)
    }
    expect((await api.as('nobody').get('/rules')).statusCode).toBe(401)
  })

  test('of a box that is away are coded', async () => {
    box.answers.set('GET /rules', (_body, _url, response) => void response.destroy())
    expect((await admin.get('/rules')).json()).toMatchObject({ code: 'gateway.unreachable' })
  })
})
