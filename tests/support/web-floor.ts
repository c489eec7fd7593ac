import { readdirSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { parseFileSync } from '@swc/core'

const floors = [
  'contracts',
  'config',
  'detectors',
  'gateway',
  'api',
  'device-sim',
  'bench',
  'tests',
]

interface Import {
  readonly specifier: string
  readonly typeOnly: boolean
}

/** Collects imports, re-exports and `import()` from a syntax tree, wherever they stand. */
function importsIn(node: unknown, found: Import[]): void {
  if (Array.isArray(node)) {
    for (const item of node) importsIn(item, found)
    return
  }
  if (typeof node !== 'object' || node === null) return
  const {
    type,
    source,
    typeOnly,
    specifiers,
    callee,
    arguments: args,
  } = node as {
    type?: string
    source?: { value: string } | null
    typeOnly?: boolean
    specifiers?: readonly { isTypeOnly?: boolean }[]
    callee?: { type?: string }
    arguments?: readonly { expression: { value?: string } }[]
  }
  if (source && typeof source.value === 'string') {
    const each = specifiers !== undefined && specifiers.length > 0
    const onlyTypes = each && specifiers.every((specifier) => specifier.isTypeOnly === true)
    found.push({ specifier: source.value, typeOnly: typeOnly === true || onlyTypes })
  }
  if (type === 'CallExpression' && callee?.type === 'Import')
    found.push({ specifier: args?.[0]?.expression.value ?? '', typeOnly: false })
  for (const child of Object.values(node)) importsIn(child, found)
}

/**
 * The floor of `web/`: types from contracts, and nothing else of ours. dependency-cruiser cannot read
 * TSX beside TypeScript 7, so this reads it with swc. One line per violation.
 */
export function webFloorViolations(root: string): string[] {
  const source = join(root, 'web/src')
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => join(source, file))
  return files.flatMap((file) => {
    const found: Import[] = []
    importsIn(parseFileSync(file, { syntax: 'typescript', tsx: file.endsWith('x') }), found)
    return found.flatMap(({ specifier, typeOnly }) => {
      if (!specifier.startsWith('.')) return []
      const folder = relative(root, resolve(dirname(file), specifier)).split('/')[0] ?? ''
      const allowed = folder === 'web' || (folder === 'contracts' && typeOnly)
      return allowed || !floors.includes(folder) ? [] : [`${relative(root, file)} -> ${specifier}`]
    })
  })
}
