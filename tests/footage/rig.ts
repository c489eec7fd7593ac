import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { vi } from 'vitest'
import { loadShippedRules } from '../../config/rules.ts'
import type { CameraSettings } from '../../contracts/roster.ts'
import { createCameraHub } from '../../gateway/cameras/camera-hub.ts'
import { createEvidenceStore, type EvidenceStore } from '../../gateway/cameras/evidence-store.ts'
import type { Effect, RaiseEffect } from '../../gateway/model/effect.ts'
import type { CrossingFact, Fact, SightingFact } from '../../gateway/model/input.ts'
import { createRuleEngine } from '../../gateway/rules/rule-engine.ts'
import { createTracker } from '../../gateway/vision/tracker.ts'
import { createVisionPool, type VisionPool } from '../../gateway/vision/vision-pool.ts'
import { cameraDevice, rosterOf } from '../gateway/cameras/support.ts'
import { realModels, silent } from '../gateway/vision/support.ts'

/** 10:00 in Shanghai on Friday 2026-11-20. */
export const t0 = Date.UTC(2026, 10, 20, 2, 0, 0)

/** A frame of a film; `atMs` from its beginning. */
export interface Shot {
  readonly atMs: number
  readonly jpeg: Buffer
}

/** What became of a film. */
export interface Played {
  readonly effects: readonly Effect[]
  readonly raised: readonly RaiseEffect[]
  /** `+type@second` and `-key@second`, in event time from the beginning of the film. */
  readonly brief: readonly string[]
  /** Second of the frame at which the first raise was decided; null where nothing was. */
  readonly decidedAtS: number | null
  readonly sightings: readonly SightingFact[]
  readonly crossings: readonly CrossingFact[]
  /** States of the camera other than `ok` that were told. */
  readonly troubles: readonly string[]
  readonly shut: number
}

export interface Settings extends Partial<CameraSettings> {
  /** As CameraHubOptions; long films keep fewer pictures. */
  readonly evidenceEveryMs?: number
}

/** Real threads, weights, gate, tracker, rules and files; only the clock is not. */
export interface Rig {
  readonly evidence: EvidenceStore
  readonly pool: VisionPool
  /** Plays one film to one new camera, and goes on for `tailMs` in which no frame comes. */
  play(settings: Settings, film: readonly Shot[], tailMs?: number): Promise<Played>
  close(): Promise<void>
}

export async function createRig(): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), 'linli-footage-'))
  const deps = { clock: Date.now, random: Math.random, logger: silent }
  const pool = createVisionPool({ ...deps, models: await realModels() }, { workers: 1 })
  await pool.start()
  const evidence = createEvidenceStore(deps, { folder })
  await evidence.start()
  return {
    evidence,
    pool,
    play: (settings, film, tailMs = 0) => playFilm({ pool, evidence }, settings, film, tailMs),
    async close() {
      await pool.close()
      evidence.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function playFilm(
  { pool, evidence }: Pick<Rig, 'pool' | 'evidence'>,
  { evidenceEveryMs = 5_000, ...settings }: Settings,
  film: readonly Shot[],
  tailMs: number,
): Promise<Played> {
  const time = { now: t0 }
  const clock = () => time.now
  const roster = rosterOf(
    cameraDevice('cam', { tasks: ['objects'], staleAfterMs: 60_000, ...settings }),
  )
  const engine = createRuleEngine({ roster, rules: loadShippedRules() })
  const facts: Fact[] = []
  const effects: Effect[] = []
  let decidedAtS: number | null = null
  const note = (made: readonly Effect[]): void => {
    if (decidedAtS === null && made.some((it) => it.kind === 'raise'))
      decidedAtS = (time.now - t0) / 1_000
    effects.push(...made)
  }
  const tick = (): void => {
    for (let due = engine.nextDueAt(); due !== null && due <= time.now; due = engine.nextDueAt())
      note(engine.apply({ kind: 'tick', receivedAt: due }))
  }
  const busy = { now: 0, analysed: 0 }
  const whileBusy = async <T>(work: Promise<T>): Promise<T> => {
    busy.now += 1
    try {
      return await work
    } finally {
      busy.now -= 1
    }
  }
  // The hub's clockwork runs by the film's time; its threads do not.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const hub = createCameraHub(
    {
      roster,
      analyse: (jpeg, request) =>
        whileBusy(pool.analyse(jpeg, request)).finally(() => void (busy.analysed += 1)),
      redact: (jpeg, request) => whileBusy(pool.redact(jpeg, request)),
      createTracker: () => createTracker(t0),
      record: (fact) => {
        facts.push(fact)
        tick()
        note(engine.apply(fact))
      },
      evidence: { put: (bytes, of) => whileBusy(evidence.put(bytes, of)) },
      onQuarantine: (bad) => {
        throw new Error(`bad frame: ${bad.code}`)
      },
      clock,
      monotonic: clock,
      logger: silent,
    },
    { concurrency: pool.capacity, evidenceEveryMs },
  )
  const goTo = (now: number): void => {
    const stepMs = Math.max(0, now - time.now)
    for (let passed = 0; passed < stepMs; passed += 1_000) {
      const next = Math.min(1_000, stepMs - passed)
      time.now += next
      vi.advanceTimersByTime(next)
    }
    tick()
  }
  try {
    for (const [index, { atMs, jpeg }] of film.entries()) {
      goTo(t0 + atMs)
      hub.offer({ community: 'demo', camera: 'cam', capturedAt: null, receivedAt: time.now, jpeg })
      for (let idle = 0; idle < 3; idle = busy.analysed > index && busy.now === 0 ? idle + 1 : 0)
        await pause(1)
    }
    goTo(time.now + tailMs)
    await hub.close()
  } finally {
    vi.useRealTimers()
  }
  return summary(facts, effects, decidedAtS, hub.stats().shut)
}

function summary(
  facts: readonly Fact[],
  effects: readonly Effect[],
  decidedAtS: number | null,
  shut: number,
): Played {
  const seconds = (at: number): number => (at - t0) / 1_000
  return {
    effects,
    raised: effects.filter((effect) => effect.kind === 'raise'),
    brief: effects.map((effect) =>
      effect.kind === 'raise'
        ? `+${effect.type}@${seconds(effect.at)}`
        : `-${effect.key.split(':')[0]}@${seconds(effect.at)}`,
    ),
    decidedAtS,
    sightings: facts.filter((fact) => fact.kind === 'sighting'),
    crossings: facts.filter((fact) => fact.kind === 'crossing'),
    troubles: facts.flatMap((fact) =>
      fact.kind === 'camera-state' && fact.state !== 'ok' ? [fact.state] : [],
    ),
    shut,
  }
}
