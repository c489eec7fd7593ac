import { Worker, type WorkerOptions } from 'node:worker_threads'

/**
 * Starts a worker thread from a file beside the caller: `spawnWorker(import.meta.url, './x.ts')`.
 * In dist/ the caller is JavaScript and so is the worker. From source (tests) it is loaded through
 * tsx, which Node 20 does not carry over to threads by `--import`, so the thread registers it first.
 */
export function spawnWorker(caller: string, file: string, options: WorkerOptions = {}): Worker {
  if (!caller.endsWith('.ts')) {
    return new Worker(new URL(file.replace(/\.ts$/, '.js'), caller), options)
  }
  const url = JSON.stringify(new URL(file, caller).href)
  const bootstrap = `import('tsx/esm/api').then((tsx) => { tsx.register(); return import(${url}) })`
  return new Worker(bootstrap, { ...options, eval: true })
}
