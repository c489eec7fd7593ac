import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'

/**
 * Libraries that ship as many small files, and what we import of them. Every process and thread of ours loads them
 * at its start: typebox alone is 684 files and 0.6 s of a core, and 0.05 s as one.
 */
const packed: Readonly<Record<string, readonly string[]>> = {
  '@fastify/static': ['.'],
  '@fastify/swagger': ['.'],
  '@fastify/type-provider-typebox': ['.'],
  aedes: ['.'],
  fastify: ['.'],
  kysely: ['.'],
  mqtt: ['.'],
  'prom-client': ['.'],
  qrcode: ['.'],
  typebox: ['.', './compile', './format', './value'],
  yaml: ['.'],
}

const root = fileURLToPath(new URL('..', import.meta.url))
const fileOf = (path: string): string => (path === '.' ? 'index' : path.slice(2))
const entries = Object.entries(packed).flatMap(([name, paths]) =>
  paths.map((path) => ({ from: join(name, path), to: join(name, fileOf(path)) })),
)

/** What Node finds in a library, by name: also where the library is CommonJS and has no list of it. */
const namesWritten: Plugin = {
  name: 'names-written',
  setup(building) {
    building.onResolve({ filter: /^packed:/ }, ({ path }) => ({ path, namespace: 'packed' }))
    building.onLoad({ filter: /.*/, namespace: 'packed' }, async ({ path }) => {
      const from = path.slice('packed:'.length)
      const names = Object.keys((await import(from)) as object).filter((name) => /^\w+$/.test(name))
      const named = names.filter((name) => name !== 'default' && name !== 'module')
      const contents = [
        `export { ${named.join(', ')} } from '${from}'`,
        ...(names.includes('default') ? [`export { default } from '${from}'`] : []),
      ]
      return { contents: contents.join('\n'), resolveDir: root }
    })
  },
}

/**
 * Puts them into `dist/node_modules`, where Node looks before it looks in ours; a package that is not here is found
 * in ours as before.
 */
async function main(): Promise<void> {
  const into = join(root, 'dist', 'node_modules')
  await rm(into, { recursive: true, force: true })
  await build({
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.20',
    legalComments: 'inline',
    // CommonJS asks for Node's own parts by `require`.
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
    plugins: [namesWritten],
    outdir: into,
    chunkNames: 'packed/[name]-[hash]',
    entryPoints: entries.map(({ from, to }) => ({ in: `packed:${from}`, out: to })),
  })
  for (const [name, paths] of Object.entries(packed)) {
    const file = join(into, name, 'package.json')
    await mkdir(dirname(file), { recursive: true })
    const exports = Object.fromEntries(paths.map((path) => [path, `./${fileOf(path)}.js`]))
    await writeFile(file, JSON.stringify({ name, type: 'module', exports }))
  }
}

await main()
