import { once } from 'node:events'
import { expect, test } from 'vitest'
import { spawnWorker } from '../../gateway/model/worker.ts'

test('a worker written in TypeScript starts from source, as detectors and the pipeline do', async () => {
  const worker = spawnWorker(import.meta.url, '../support/worker-probe.ts')
  const [answer] = await once(worker, 'message')
  expect(answer).toBe(42)
  await worker.terminate()
})
