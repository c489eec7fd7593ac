import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const lines = (count: number, text: string): string => `${text}\n`.repeat(count)

/** file -> the rule that must catch it (null: clean), and its text. */
const planted: Readonly<Record<string, readonly [rule: string | null, text: string]>> = {
  'gateway/long-file.ts': ['eslint(max-lines)', lines(301, '// a line')],
  'gateway/long-function.ts': [
    'eslint(max-lines-per-function)',
    `export function long(list: number[]): void {\n${lines(71, '  list.push(1)')}}\n`,
  ],
  // The mistake that loses messages: nobody waits for the write, nobody hears that it failed.
  'gateway/floating.ts': [
    'typescript(no-floating-promises)',
    'const write = (): Promise<void> => Promise.resolve()\nexport function go(): void {\n  write()\n}\n',
  ],
  'gateway/listener.ts': [
    'typescript(no-misused-promises)',
    "import { EventEmitter } from 'node:events'\nexport const go = (e: EventEmitter): EventEmitter => e.on('x', async () => Promise.resolve())\n",
  ],
  'gateway/missed-case.ts': [
    'typescript(switch-exhaustiveness-check)',
    "export function go(kind: 'a' | 'b'): number {\n  switch (kind) {\n    case 'a':\n      return 1\n  }\n  return 2\n}\n",
  ],
  'web/src/value.ts': [
    'eslint(no-restricted-imports)',
    "import { secondMs } from '../../contracts/clock.ts'\nexport const it = secondMs\n",
  ],
  'web/src/types.ts': [
    null,
    "import type { Clock } from '../../contracts/clock.ts'\nexport type It = Clock\n",
  ],
  'contracts/clock.ts': [null, 'export type Clock = () => number\nexport const secondMs = 1_000\n'],
}

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'linli-lint-'))
  for (const file of ['.oxlintrc.json', 'tsconfig.base.json', 'package.json'])
    copyFileSync(join(root, file), join(dir, file))
  writeFileSync(join(dir, '.gitignore'), 'node_modules\n')
  writeFileSync(
    join(dir, 'tsconfig.json'),
    '{"extends":"./tsconfig.base.json","compilerOptions":{"noEmit":true},"include":["gateway","web","contracts"]}',
  )
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'))
  for (const [file, [, text]] of Object.entries(planted)) {
    mkdirSync(dirname(join(dir, file)), { recursive: true })
    writeFileSync(join(dir, file), text)
  }
})
afterAll(() => rmSync(dir, { recursive: true }))

test('the linter catches what it is there for, and leaves clean files alone', () => {
  const run = spawnSync(
    process.execPath,
    [join(root, 'node_modules/oxlint/bin/oxlint'), '--type-aware', '--format', 'json'],
    { cwd: dir, encoding: 'utf8' },
  )
  const report = JSON.parse(run.stdout) as { diagnostics: { code: string; filename: string }[] }
  const found = report.diagnostics.map(({ code, filename }) => `${filename} ${code}`)
  for (const [file, [rule]] of Object.entries(planted)) {
    if (rule === null) expect(found.filter((one) => one.startsWith(`${file} `))).toEqual([])
    else expect(found).toContain(`${file} ${rule}`)
  }
  expect(run.status).not.toBe(0)
})
