import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { watchFile } from '../../../gateway/rulebook/watch-file.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

function watched(options: Parameters<typeof watchFile>[2] = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'linli-watch-'))
  const path = join(folder, 'rules.yaml')
  writeFileSync(path, 'one')
  const calls = { count: 0 }
  const stop = watchFile(path, () => void calls.count++, { settleMs: 40, ...options })
  closers.push(stop, () => rmSync(folder, { recursive: true, force: true }))
  return { folder, path, calls, stop }
}

describe('a file that people edit', () => {
  test('is noticed when written in place, replaced, removed and back, once per edit', async () => {
    const { folder, path, calls, stop } = watched()
    writeFileSync(path, 'two')
    await expect.poll(() => calls.count).toBe(1)
    // As vim and git do it: a new file in the place of the old one.
    writeFileSync(join(folder, 'rules.yaml.new'), 'three')
    renameSync(join(folder, 'rules.yaml.new'), path)
    await expect.poll(() => calls.count).toBe(2)
    rmSync(path)
    await expect.poll(() => calls.count).toBe(3)
    writeFileSync(path, 'four')
    await expect.poll(() => calls.count).toBe(4)
    // Several steps of one save.
    for (const text of ['f', 'fi', 'fiv', 'five']) writeFileSync(path, text)
    await sleep(150)
    expect(calls.count).toBe(5)
    writeFileSync(join(folder, 'other.yaml'), 'x')
    await sleep(100)
    expect(calls.count).toBe(5)
    stop()
    writeFileSync(path, 'six!')
    await sleep(100)
    expect(calls.count).toBe(5)
  })

  test('that never rests is looked at all the same, and not at every write', async () => {
    const { path, calls } = watched({ settleMs: 60_000, restlessMs: 150 })
    const begun = performance.now()
    for (let n = 0; n < 25; n++) {
      writeFileSync(path, 'x'.repeat(n + 5))
      await sleep(20)
    }
    expect(calls.count).toBeGreaterThanOrEqual(1)
    expect(calls.count).toBeLessThanOrEqual((performance.now() - begun) / 150)
  })

  // Configuration of containers: the link of the folder is exchanged, the file's own name never is.
  test('behind a link that is exchanged is found by looking', async () => {
    const { folder, calls, path, stop } = watched()
    stop()
    rmSync(path)
    for (const text of ['one', 'other']) writeFileSync(join(folder, text), text)
    symlinkSync(join(folder, 'one'), join(folder, 'link.yaml'))
    closers.push(
      watchFile(join(folder, 'link.yaml'), () => void calls.count++, { settleMs: 20, pollMs: 50 }),
    )
    symlinkSync(join(folder, 'other'), join(folder, 'next'))
    renameSync(join(folder, 'next'), join(folder, 'link.yaml'))
    await expect.poll(() => calls.count).toBe(1)
  })
})
