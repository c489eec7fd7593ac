import { type FSWatcher, statSync, watch } from 'node:fs'
import { basename, dirname } from 'node:path'

export interface WatchOptions {
  /** Editors write in several steps. */
  readonly settleMs?: number
  /** A file that never rests is looked at so often all the same. */
  readonly restlessMs?: number
  /** Where the file system does not tell (network folders, containers) it is looked at so often. */
  readonly pollMs?: number
}

/** Calls when a file has changed, been replaced, removed or come back. Returns the way to stop. */
export function watchFile(
  path: string,
  changed: () => void,
  options: WatchOptions = {},
): () => void {
  const { settleMs = 300, restlessMs = 5_000, pollMs = 5_000 } = options
  let seen = stampOf(path)
  let timer: NodeJS.Timeout | null = null
  let firstAt = 0
  const settled = (): void => {
    timer = null
    changed()
  }
  const look = (): void => {
    const stamp = stampOf(path)
    if (stamp === seen) return
    seen = stamp
    const now = performance.now()
    if (timer === null) firstAt = now
    else clearTimeout(timer)
    timer = setTimeout(settled, Math.min(settleMs, Math.max(0, firstAt + restlessMs - now)))
  }
  const poll = setInterval(look, pollMs)
  const watcher = watcherOf(path, look)
  return () => {
    clearInterval(poll)
    if (timer !== null) clearTimeout(timer)
    watcher?.close()
  }
}

/** The folder is watched: an editor puts a new file in the place of the old one. Null where that cannot be. */
function watcherOf(path: string, look: () => void): FSWatcher | null {
  try {
    const watcher = watch(dirname(path), (_event, name) => {
      if (name === null || name === basename(path)) look()
    })
    // The folder is gone or the system has no more watches: polling goes on.
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return null
  }
}

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat === undefined ? '' : `${stat.ino} ${stat.size} ${stat.mtimeMs}`
}
