import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { errorTable } from '../../contracts/errors.ts'
import { errorsPage } from '../support/errors-page.ts'

test('docs/ERRORS.md says what the code says: people search it for the code on their screen', () => {
  const page = readFileSync(new URL('../../docs/ERRORS.md', import.meta.url), 'utf8')
  expect(page, 'run npm run docs:errors').toBe(errorsPage())
})

test('every error has a title and a hint in both languages, and a status that is an error', () => {
  for (const [code, { status, title, hint }] of Object.entries(errorTable)) {
    expect(code).toMatch(/^[a-z]+([.-][a-z]+)*$/)
    for (const text of [title.zh, title.en, hint.zh, hint.en]) expect(text, code).not.toBe('')
    expect(title.zh, code).toMatch(/\p{Script=Han}/u)
    if (status !== null) expect(status, code).toBeGreaterThanOrEqual(400)
  }
})
