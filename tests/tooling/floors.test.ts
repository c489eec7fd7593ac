import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const islands = [
  'broker',
  'ingest',
  'cameras',
  'vision',
  'rules',
  'care',
  'device-health',
  'access',
  'telemetry',
  'outbox',
  'alarm',
  'homeassistant',
]
const folders = [
  'contracts',
  'config',
  'detectors',
  'gateway',
  'api',
  'device-sim',
  'bench',
  'tools',
]

interface Violation {
  readonly rule: string
  readonly from: string
}

let parent: string
beforeAll(() => void (parent = mkdtempSync(join(tmpdir(), 'linli-floors-'))))
afterAll(() => rmSync(parent, { recursive: true }))

/** Writes the files into a tree of their own and asks dependency-cruiser with the real configuration. */
function cruise(name: string, files: Readonly<Record<string, string>>): Violation[] {
  const dir = join(parent, name)
  const packages = ['fluent-ffmpeg', 'fastify', 'aedes', 'mqtt']
  const all: Record<string, string> = {
    'package.json': '{"type":"module","dependencies":{"fastify":"1","aedes":"1","mqtt":"1"}}',
    ...Object.fromEntries(
      packages.flatMap((one) => [
        [`node_modules/${one}/package.json`, `{"name":"${one}","main":"index.js"}`],
        [`node_modules/${one}/index.js`, 'export default 1'],
      ]),
    ),
    ...Object.fromEntries(folders.map((folder) => [`${folder}/good.ts`, 'export const good = 1'])),
    'tests/good.ts': 'export const good = 1',
    'web/good.ts': 'export const good = 1',
    ...files,
  }
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), text)
  }
  const run = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
      '--config',
      join(root, '.dependency-cruiser.cjs'),
      '--output-type',
      'json',
      ...folders,
    ],
    { cwd: dir, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  )
  const report = JSON.parse(run.stdout) as {
    summary: { violations: { rule: { name: string }; from: string }[] }
  }
  return report.summary.violations.map(({ rule, from }) => ({ rule: rule.name, from }))
}

const value = (path: string): string => `import { good } from '${path}'\nexport const it = good\n`
const type = (path: string): string =>
  `import type { good } from '${path}'\nexport type It = typeof good\n`

/** file -> the rule that it breaks, and its text. */
const planted: Readonly<Record<string, readonly [rule: string, text: string]>> = {
  'contracts/bad.ts': ['floor-contracts', value('../config/good.ts')],
  'contracts/bad-type.ts': ['floor-contracts', type('../gateway/good.ts')],
  'config/bad.ts': ['floor-config', value('../gateway/good.ts')],
  'detectors/bad.ts': ['floor-detectors', value('../config/good.ts')],
  'detectors/bad-type.ts': ['floor-detectors', type('../gateway/good.ts')],
  'device-sim/bad.ts': ['floor-device-sim', value('../config/good.ts')],
  'device-sim/bad-api.ts': ['floor-device-sim', type('../api/good.ts')],
  'tools/bad.ts': ['floor-tools', value('../contracts/good.ts')],
  'gateway/bad.ts': ['floor-gateway', value('../api/good.ts')],
  'gateway/bad-type.ts': ['floor-gateway', type('../web/good.ts')],
  'api/bad.ts': ['floor-api', value('../gateway/good.ts')],
  'api/bad-type.ts': ['floor-api', type('../detectors/good.ts')],
  'gateway/bad-test.ts': ['shipped-code-never-imports-tests-or-bench', value('../tests/good.ts')],
  'contracts/bad-bench.ts': [
    'shipped-code-never-imports-tests-or-bench',
    value('../bench/good.ts'),
  ],
  'api/tickets/bad.ts': ['domain-knows-no-http', "import f from 'fastify'\nexport const it = f\n"],
  'api/people/bad.ts': ['domain-knows-no-http', value('../routes/good.ts')],
  'api/devices/bad.ts': ['domain-knows-no-http', value('../plugins/good.ts')],
  'gateway/vision/bad-video.ts': [
    'only-one-file-knows-fluent-ffmpeg',
    "import f from 'fluent-ffmpeg'\nexport const it = f\n",
  ],
  'gateway/cameras/bad-video.ts': [
    'only-one-file-knows-fluent-ffmpeg',
    "import f from 'fluent-ffmpeg'\nexport const it = f\n",
  ],
  'detectors/bad-file.ts': [
    'detectors-are-pure-vision',
    "import { readFileSync } from 'node:fs'\nexport const it = readFileSync\n",
  ],
  'detectors/bad-net.ts': [
    'detectors-are-pure-vision',
    "import { connect } from 'net'\nexport const it = connect\n",
  ],
  'detectors/bad-broker.ts': [
    'detectors-are-pure-vision',
    "import a from 'aedes'\nexport const it = a\n",
  ],
  'bench/year/world/bad.ts': [
    'the-staged-year-knows-contracts-only',
    value('../../../gateway/good.ts'),
  ],
  'gateway/circle-a.ts': ['no-circular', value('./circle-b.ts').replace('it', 'good')],
  // Every island against its neighbour in the list, and the last against the first.
  ...Object.fromEntries(
    islands.map((island, index) => [
      `gateway/${island}/bad.ts`,
      [
        `gateway-${island}-alone`,
        value(`../${islands[(index + 1) % islands.length] ?? ''}/good.ts`),
      ] as const,
    ]),
  ),
}
const goodParts = Object.fromEntries(
  [...islands.map((island) => `gateway/${island}`), 'api/routes', 'api/plugins'].map((folder) => [
    `${folder}/good.ts`,
    'export const good = 1',
  ]),
)

describe('the floors of docs/ARCHITECTURE.md', () => {
  test('each rule catches the violation planted for it: a rule that catches nothing protects nothing', () => {
    const texts = Object.fromEntries(
      Object.entries(planted).map(([file, [, text]]) => [file, text]),
    )
    const circle = { 'gateway/circle-b.ts': value('./circle-a.ts').replace('it', 'good') }
    const violations = cruise('bad', { ...goodParts, ...texts, ...circle })
    for (const [file, [rule]] of Object.entries(planted))
      expect(violations, `${file} should break ${rule}`).toContainEqual({ rule, from: file })
    // And nothing else is reported: a rule that cries at everything is soon switched off.
    const innocent = violations.filter(({ from }) => planted[from] === undefined)
    expect(innocent).toEqual([])
  })

  test('what is allowed passes: each floor on those below it, main.ts on all islands', () => {
    const violations = cruise('good', {
      ...goodParts,
      'config/fine.ts': value('../contracts/good.ts'),
      'detectors/fine.ts': value('../contracts/good.ts'),
      'device-sim/fine.ts': value('../contracts/good.ts'),
      'gateway/main.ts': [
        ...islands.map((name) => `import './${name}/good.ts'`),
        "import '../config/good.ts'",
        "import '../detectors/good.ts'",
      ].join('\n'),
      'gateway/cameras/ffmpeg-adapter.ts': "import f from 'fluent-ffmpeg'\nexport const it = f\n",
      'api/fine.ts': `${value('../contracts/good.ts')}import '../config/good.ts'\n`,
      'api/routes/fine.ts': "import f from 'fastify'\nexport const it = f\n",
    })
    expect(violations).toEqual([])
  })

  test('every island and every rule of the configuration has its planted violation', () => {
    const config = spawnSync(
      process.execPath,
      [
        '-e',
        `console.log(JSON.stringify(require(${JSON.stringify(join(root, '.dependency-cruiser.cjs'))}).forbidden.map((r) => r.name)))`,
      ],
      { encoding: 'utf8' },
    )
    const rules = JSON.parse(config.stdout) as string[]
    const covered = new Set(Object.values(planted).map(([rule]) => rule))
    expect(rules.filter((rule) => !covered.has(rule))).toEqual([])
  })
})
