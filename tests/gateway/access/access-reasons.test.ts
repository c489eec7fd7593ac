import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { accessReasons, doorMethods } from '../../../contracts/access.ts'

const page = readFileSync(
  fileURLToPath(new URL('../../../docs/ACCESS.md', import.meta.url)),
  'utf8',
)
const section = (title: string): string => page.split(`## ${title}\n`)[1]?.split('\n## ')[0] ?? ''
const firstCells = (text: string): string[] =>
  [...text.matchAll(/^\| `([^`]+)` \|/gm)].map(([, cell]) => cell ?? '')

test('docs/ACCESS.md explains every reason in both languages, and no other', () => {
  const rows = section('Reasons')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
  expect(firstCells(section('Reasons'))).toEqual([...accessReasons])
  for (const row of rows) {
    const [, , meaning = '', chinese = ''] = row.split('|').map((cell) => cell.trim())
    expect(meaning, row).toMatch(/[a-z]{2}/)
    expect(chinese, row).toMatch(/\p{Script=Han}{2}/u)
  }
})

test('and every method', () => {
  expect(new Set(firstCells(section('What a door asks')))).toEqual(new Set(doorMethods))
})
