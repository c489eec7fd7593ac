import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readEnv } from '../../config/env.ts'
import { anomalyTypes, severities } from '../../contracts/anomaly.ts'
import { careStates } from '../../contracts/care.ts'
import { ticketFlags, ticketStatuses } from '../../contracts/ticket.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const pages = [
  'README.md',
  'README.zh-CN.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
]

/** Targets of Markdown links that point into the repository. */
function linksOf(page: string): string[] {
  const targets = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '')
  return targets
    .filter((target) => !/^[a-z]+:/.test(target) && !target.startsWith('#'))
    .map((target) => relative(root, resolve(root, dirname(page), target.replace(/#.*$/, ''))))
}

/** The commands of a page, without the comments behind them. */
const blocks = (page: string): string[] =>
  [...read(page).matchAll(/```(?:bash|sh)\n([\s\S]*?)```/g)].map((match) =>
    (match[1] ?? '').replaceAll(/\s*#.*$/gm, ''),
  )

describe('the docs', () => {
  test('every link inside the repository leads somewhere', () => {
    for (const page of pages)
      for (const link of linksOf(page))
        expect(existsSync(join(root, link)), `${page} -> ${link}`).toBe(true)
  })

  test('every page can be reached from a README: what nobody finds is not documentation', () => {
    for (const start of ['README.md', 'README.zh-CN.md']) {
      const seen = new Set<string>()
      const open = [start]
      for (let page = open.pop(); page !== undefined; page = open.pop()) {
        if (seen.has(page) || !page.endsWith('.md') || !existsSync(join(root, page))) continue
        seen.add(page)
        open.push(...linksOf(page))
      }
      expect(
        pages.filter((page) => page.startsWith('docs/') && !seen.has(page)),
        start,
      ).toEqual([])
    }
  })

  test('every npm command that a page names exists', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const builtIn = new Set(['test', 'start', 'ci', 'install', 'run'])
    for (const page of pages) {
      for (const [, name = ''] of read(page).matchAll(/npm run (?:-s |--silent )?([a-z][a-z:-]*)/g))
        expect(Object.keys(scripts), `${page}: npm run ${name}`).toContain(name)
      for (const [, name = ''] of read(page).matchAll(/(?:^|`|&& )npm ([a-z]+)\b/gm))
        expect(builtIn.has(name), `${page}: npm ${name}`).toBe(true)
    }
    for (const name of ['test', 'start']) expect(Object.keys(scripts)).toContain(name)
  })

  test('both READMEs show the same commands: the Chinese one is not the poor relation', () => {
    expect(blocks('README.zh-CN.md')).toEqual(blocks('README.md'))
    expect(blocks('README.md').join('\n')).toContain('npm run demo')
  })

  test('every folder and file that a page names in code type exists', () => {
    const folders = 'contracts|gateway|detectors|device-sim|api|config|web|tests|bench|docs'
    const pattern = new RegExp(`\`((?:${folders})/[A-Za-z0-9_./-]*)\``, 'g')
    for (const page of pages)
      for (const [, path = ''] of read(page).matchAll(pattern))
        expect(existsSync(join(root, path)), `${page}: ${path}`).toBe(true)
  })

  test('the glossary has a Chinese term for every word that users meet', () => {
    const glossary = read('docs/GLOSSARY.md')
    for (const word of [
      ...ticketStatuses,
      ...ticketFlags,
      ...anomalyTypes,
      ...severities,
      ...careStates,
    ])
      expect(glossary, word).toContain(`\`${word}\``)
  })

  test('OPERATIONS names every variable of the contract, and every default port', () => {
    const operations = read('docs/OPERATIONS.md')
    const variables = [
      'LINLI_HOME',
      'LINLI_CONFIG',
      'LINLI_BIND',
      'LINLI_HTTP_PORT',
      'LINLI_MQTT_PORT',
      'LINLI_HTTPS_PORT',
      'LINLI_MQTTS_PORT',
      'LINLI_MODELS',
      'LINLI_COMMUNITY',
      'LINLI_ADMIN_PASSWORD',
    ]
    for (const variable of variables) expect(operations).toContain(variable)
    const { httpPort, mqttPort } = readEnv({})
    for (const port of [httpPort, mqttPort, 8_443, 8_883])
      expect(operations).toContain(String(port))
  })

  test('no page promises what nobody has built: words for later belong into issues', () => {
    for (const page of pages)
      expect(read(page), page).not.toMatch(/\b(TODO|FIXME|TBD|coming soon)\b/i)
  })
})
