import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { allocatorEnvironment, jemallocOf } from '../../gateway/supervisor/allocator.ts'

const maps = "process.stdout.write(require('node:fs').readFileSync('/proc/self/maps', 'utf8'))"

describe('the allocator of the gateway', () => {
  test('is the jemalloc of this machine, wherever the distribution puts it', () => {
    expect(jemallocOf((path) => path.startsWith('/usr/lib/aarch64'))).toBe(
      '/usr/lib/aarch64-linux-gnu/libjemalloc.so.2',
    )
    expect(jemallocOf(() => false)).toBeNull()
  })

  test('without it glibc gets two arenas, and nothing is loaded that is not there', () => {
    expect(allocatorEnvironment(null)).toEqual({ MALLOC_ARENA_MAX: '2' })
  })

  // A library that the loader refuses is only a line on standard error: the process starts all the same.
  test('really is in the process, and the loader has nothing to say', () => {
    const jemalloc = jemallocOf()
    const env = { ...process.env, ...allocatorEnvironment(jemalloc) }
    const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', maps], {
      env,
      encoding: 'utf8',
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout.includes('libjemalloc')).toBe(jemalloc !== null)
  })
})
