import { existsSync } from 'node:fs'

/** Where distributions put it. */
const places = [
  '/usr/lib/x86_64-linux-gnu/libjemalloc.so.2',
  '/usr/lib/aarch64-linux-gnu/libjemalloc.so.2',
  '/usr/lib/arm-linux-gnueabihf/libjemalloc.so.2',
  '/usr/lib64/libjemalloc.so.2',
  '/usr/lib/libjemalloc.so.2',
]

/** The jemalloc of this machine; null where there is none. */
export const jemallocOf = (exists: (path: string) => boolean = existsSync): string | null =>
  places.find(exists) ?? null

/**
 * The allocator of a process that decodes pictures in a dozen threads. glibc keeps the holes that they leave
 * and grows for hours (docs/BENCHMARKS.md); jemalloc gives them back after some seconds. Where it is not
 * installed, two arenas in place of one per thread hold less. It must be in the environment before the
 * process starts, and what a person has set there wins.
 */
export const allocatorEnvironment = (
  jemalloc: string | null,
): Readonly<Record<string, string | undefined>> =>
  jemalloc === null
    ? { MALLOC_ARENA_MAX: '2' }
    : {
        LD_PRELOAD: jemalloc,
        MALLOC_CONF: 'background_thread:true,narenas:2,dirty_decay_ms:5000,muzzy_decay_ms:0',
      }
