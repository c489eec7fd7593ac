import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { webFloorViolations } from '../support/web-floor.ts'

test('the pages take types from contracts and nothing else of ours: they ship to phones', () => {
  expect(webFloorViolations(fileURLToPath(new URL('../../', import.meta.url)))).toEqual([])
})

test('a planted violation of each kind is caught, and what is allowed is not', () => {
  const root = mkdtempSync(join(tmpdir(), 'linli-web-floor-'))
  const files = {
    'web/src/value.tsx': "import { a } from '../../contracts/a.ts'\nexport const b = <p>{a}</p>\n",
    'web/src/mixed.ts': "import { type A, a } from '../../contracts/a.ts'\nexport const b: A = a\n",
    'web/src/config.ts': "import type { A } from '../../config/a.ts'\nexport type B = A\n",
    'web/src/late.ts': "export const load = () => import('../../api/a.ts')\n",
    'web/src/again.ts': "export * from '../../gateway/a.ts'\n",
    'web/src/effect.ts': "import '../../contracts/a.ts'\n",
    'web/src/fine.tsx': [
      "import type { A } from '../../contracts/a.ts'",
      "import { type B } from '../../contracts/a.ts'",
      "import { get } from './api/get.ts'",
      "import React from 'react'",
      'export const it = (a: A, b: B) => <React.Fragment key={a + b}>{get()}</React.Fragment>',
    ].join('\n'),
    'web/src/api/get.ts': 'export const get = () => 1\n',
    'web/src/pages/page.ts': "export { get } from '../api/get.ts'\n",
  }
  try {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, file)), { recursive: true })
      writeFileSync(join(root, file), text)
    }
    expect(webFloorViolations(root).toSorted()).toEqual([
      'web/src/again.ts -> ../../gateway/a.ts',
      'web/src/config.ts -> ../../config/a.ts',
      'web/src/effect.ts -> ../../contracts/a.ts',
      'web/src/late.ts -> ../../api/a.ts',
      'web/src/mixed.ts -> ../../contracts/a.ts',
      'web/src/value.tsx -> ../../contracts/a.ts',
    ])
  } finally {
    rmSync(root, { recursive: true })
  }
})
