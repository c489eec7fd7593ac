import { Worker, type WorkerOptions } from 'node:worker_threads'

/**
 * Starts a worker thread from the caller's `new URL('./x.ts', import.meta.url)`. In dist/ the caller is
 * JavaScript and so is the worker; from source (tests) the worker is loaded through tsx.
 */
export function spawnWorker(caller: string, file: string, options: WorkerOptions = {}): Worker {
  const fromSource = caller.endsWith('.ts')
  const url = new URL(fromSource ? file : file.replace(/\.ts$/, '.js'), caller)
  if (!fromSource) return new Worker(url, options)
  return new Worker(url, { ...options, execArgv: [...(options.execArgv ?? []), '--import', 'tsx'] })
}
