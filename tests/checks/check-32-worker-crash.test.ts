import { performance } from 'node:perf_hooks'
import { afterEach, describe, expect, test } from 'vitest'
import { createCommandBus } from '../../gateway/access/command-bus.ts'
import { codeHash } from '../../contracts/code-hash.ts'
import { createDoorGuard } from '../../gateway/access/door-guard.ts'
import { PassageBook } from '../../gateway/access/passback.ts'
import { createActuator } from '../../gateway/access/relay-actuator.ts'
import type { AccessFact } from '../../gateway/model/input.ts'
import { spawnWorker } from '../../gateway/model/worker.ts'
import { createVisionPool, type VisionPool } from '../../gateway/vision/vision-pool.ts'
import { aDoor, card, community, passKey, stand } from '../gateway/access/door-stand.ts'
import { noModels, silent } from '../gateway/vision/support.ts'

const pools: VisionPool[] = []
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()))
})

/** Detector threads that do what `kind` says with the picture of the face at the door. */
async function dyingPool(kind: 'exits' | 'hangs' | 'eats'): Promise<VisionPool> {
  const pool = createVisionPool(
    {
      models: await noModels(),
      clock: Date.now,
      random: Math.random,
      logger: silent,
      spawn: (data) =>
        kind === 'eats'
          ? spawnWorker(import.meta.url, './hungry-worker.ts', {
              workerData: data,
              resourceLimits: { maxOldGenerationSizeMb: 48 },
            })
          : spawnWorker(import.meta.url, '../gateway/vision/fragile-worker.ts', {
              workerData: data,
            }),
    },
    { workers: 1, jobTimeoutMs: 1_500 },
  )
  pools.push(pool)
  await pool.start()
  return pool
}

/** A guard on a real command bus; the lock acknowledges at once. `opened` resolves with the outcome. */
function door() {
  const { book } = stand({
    devices: [aDoor({ methods: ['face', 'card'], liveness: 'supervised', cameras: ['cam-1'] })],
    cards: [card('04a1b2c3')],
  })
  const facts: AccessFact[] = []
  const commands = createCommandBus(
    {
      async publish(_topic, payload) {
        const { id } = JSON.parse(payload) as { id: string }
        setImmediate(() => commands.acknowledged(community, 'door-1', { id, ok: true }))
      },
      clock: Date.now,
      random: (bytes) => new Uint8Array(bytes).fill(1),
    },
    { pendingMax: 10 },
  )
  const relays = createActuator({
    command: (request) => commands.send(request),
    publish: () => Promise.resolve(),
    relayAddresses: [],
    random: (bytes) => new Uint8Array(bytes),
  })
  let tell = (_how: string): void => undefined
  const opened = new Promise<string>((resolve) => {
    tell = resolve
  })
  const doors = createDoorGuard({
    roster: book,
    clock: Date.now,
    monotonic: () => performance.now(),
    logger: silent,
    actuator: {
      async act(...given) {
        const outcome = await relays.act(...given)
        tell(outcome.outcome)
        return outcome
      },
    },
    record: async (fact) => void facts.push(fact),
    alarm: () => undefined,
    pictureLivenessAcceptedBy: null,
    passages: new PassageBook(),
  })
  return { doors, opened, facts }
}

describe('check 32: a detector thread dies while a door decides', () => {
  test.each([
    ['exits', 0xd1],
    ['hangs', 0xa6],
    ['eats', 0xe0],
  ] as const)('a card opens within one second while the thread %s', async (kind, mark) => {
    const pool = await dyingPool(kind)
    const { doors, opened, facts } = door()
    const jpeg = Uint8Array.from([0xff, 0xd8, 0xff, mark])
    const looking = pool.analyse(jpeg, { tasks: ['recognition'] }).then(
      () => 'analysed',
      (error: { code?: string }) => error.code,
    )
    // The picture is with the thread, and the thread is on its way down.
    await new Promise((resolve) => setTimeout(resolve, 30))
    const from = performance.now()
    await doors.event(community, 'door-1', {
      id: `e-${kind}`,
      ts: Date.now(),
      type: 'credential.presented',
      data: { codeHash: codeHash(passKey, community, '04a1b2c3') },
    })
    expect(await opened).toBe('done')
    expect(performance.now() - from).toBeLessThan(1_000)
    expect(facts).toMatchObject([{ granted: true, method: 'card' }])
    expect(await looking).toBe('model.crashed')
    expect(pool.stats().crashed).toBeGreaterThan(0)
  })
})
