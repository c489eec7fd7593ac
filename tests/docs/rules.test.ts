import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { loadRules } from '../../config/rules.ts'

const page = readFileSync(new URL('../../docs/RULES.md', import.meta.url), 'utf8')

test('the examples of docs/RULES.md load, so that what is copied from there works', () => {
  const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text)
  expect(examples.length).toBeGreaterThan(0)
  for (const text of examples)
    expect(loadRules(text, 'docs/RULES.md').rules.length).toBeGreaterThan(0)
})

const problemOf = (when: string, about = 'device'): string => {
  const text = `expression:
  - id: a
    version: 1
    anomaly: noise.high
    severity: minor
    about: ${about}
    when: |
      noise > 10 &&
      ${when}
    title: { zh: a, en: a }
    description: { zh: a, en: a }`
  try {
    loadRules(
      about === 'device' ? text : text.replace('noise > 10 &&', 'mode("flood") &&'),
      'mine.yaml',
    )
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

test.each([
  ['nose > 3', 'Unknown variable: nose'],
  ['noise > "loud"', 'no such overload'],
  ['noise >', 'Unexpected token'],
  ['placeName.matches("(a+)+$")', 'matches is no function of rules'],
  ['[1, 2].exists(x, x > 1)', 'exists is no function of rules'],
  ['mean(noise, "1 year") > 3', 'must be a span'],
  ['place.any(place.any(smoke))', 'a scope within a scope'],
  [`${'!'.repeat(300)}smoke`, 'maxAstNodes'],
  [`${'('.repeat(40)}smoke${')'.repeat(40)}`, 'maxDepth'],
])('%s is refused on its line', (when, what) => {
  const problem = problemOf(when)
  expect(problem).toContain(what)
  expect(problem).toMatch(/^mine\.yaml:[89]: expression\.0\.when: /)
})

test('a group has no reading of its own', () => {
  expect(problemOf('smoke', 'place')).toContain('smoke: say of whom, as place.any(…)')
})
