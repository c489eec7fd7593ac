import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { rulesVersion, shippedRulesPath } from '../../config/rules.ts'
import type { RulesInForce } from '../../contracts/rules.ts'
import { type Product, startProduct } from '../support/product.ts'

const home = mkdtempSync(join(tmpdir(), 'linli-rules-'))
const file = join(home, 'site-rules.yaml')
const shipped = readFileSync(shippedRulesPath(), 'utf8')
const noise = 'above: { raise: 70, clear: 65 }'
const quieter = shipped.replace(noise, 'above: { raise: 66, clear: 64 }')
const broken = shipped.replace(noise, 'above: { raise: loud, clear: 65 }')
const calmer = shipped.replace(noise, 'above: { raise: 80, clear: 75 }')

let product: Product | null = null
afterEach(async () => {
  await product?.close()
  rmSync(home, { recursive: true, force: true, maxRetries: 3 })
})
async function start(): Promise<Product> {
  await product?.close()
  const config = join(home, 'linli.yaml')
  writeFileSync(config, `rules: {file: ${file}}\n`)
  product = await startProduct({ home, env: { LINLI_CONFIG: config }, readyWithinMs: 60_000 })
  return product
}

describe('rules of a box at work', { timeout: 180_000 }, () => {
  // The one who keeps the box edits a file, slips, mends it, sets other rules over HTTP, and the power fails.
  test('follow the file, survive a slip in it, are set over HTTP and hold over a restart', async () => {
    writeFileSync(file, shipped)
    let box = await start()
    const held = async () => {
      const { version, source } = await box.call<RulesInForce>('GET', '/rules')
      return [version, source]
    }
    const named = async () => {
      const { problems } = await box.call<{ problems: { code: string; what: { en: string } }[] }>(
        'GET',
        '/health',
      )
      return problems.filter(({ code }) => code === 'rules.invalid').map(({ what }) => what.en)
    }
    expect(await held()).toEqual([rulesVersion(shipped), 'file'])
    writeFileSync(`${file}.new`, quieter)
    renameSync(`${file}.new`, file)
    await expect.poll(held, { timeout: 10_000 }).toEqual([rulesVersion(quieter), 'file'])
    writeFileSync(file, broken)
    await expect
      .poll(named, { timeout: 10_000 })
      .toEqual([expect.stringMatching(/site-rules\.yaml: \d+: .*loud/)])
    expect(await held()).toEqual([rulesVersion(quieter), 'file'])
    await expect(box.call('PUT', '/rules', { text: broken })).rejects.toThrow(/422/)
    await box.call('PUT', '/rules', { text: calmer })
    box = await start()
    expect(await held()).toEqual([rulesVersion(calmer), 'set'])
    expect(await named()).toHaveLength(1)
    await expect(box.call('DELETE', '/rules')).rejects.toThrow(/422/)
    writeFileSync(file, shipped)
    await expect.poll(held, { timeout: 10_000 }).toEqual([rulesVersion(shipped), 'file'])
    expect(await named()).toEqual([])
  })
})
