import { isMainThread } from 'node:worker_threads'

/**
 * Loaded before the gateway by `bench soak`, in each of its threads: at the word of the parent all of them collect
 * what nobody holds any more. What is resident after that is what is kept.
 */
export const collectWord = 'bench: collect'

const collect = globalThis.gc
if (collect !== undefined) {
  const threads = new BroadcastChannel(collectWord)
  threads.addEventListener('message', () => {
    collect()
  })
  // In Node it is a port, which would keep a thread up; the types are those of the browser.
  ;(threads as unknown as { unref(): void }).unref()
  if (isMainThread)
    process.on('message', (message) => {
      if (message !== collectWord) return
      threads.postMessage(null)
      collect()
    })
}
