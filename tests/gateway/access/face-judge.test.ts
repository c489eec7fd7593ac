import { describe, expect, it } from 'vitest'
import { judgeFace } from '../../../gateway/access/face-judge.ts'
import { type FaceSight, marginMin, matchFace } from '../../../gateway/access/face-match.ts'
import { similarityFloor, similarityThreshold } from '../../../gateway/access/face-threshold.ts'
import { mulberry } from '../../detectors/support.ts'
import { face, person } from './face-stand.ts'

const sight = (at: number, more: Partial<FaceSight> = {}): FaceSight => ({
  at,
  ts: at,
  kind: 'match',
  resident: 'res_1',
  similarity: 0.7,
  secondBest: 0.1,
  livenessScore: 0.9,
  faults: [],
  ...more,
})

describe('threshold by gallery size', () => {
  it('is the stated one at the sizes that matter', () => {
    expect(similarityThreshold(0, 0.001)).toBe(similarityFloor)
    expect(similarityThreshold(100, 0.001)).toBeCloseTo(0.442, 3)
    expect(similarityThreshold(2_000, 0.001)).toBeCloseTo(0.507, 3)
    expect(similarityThreshold(10_000, 0.001)).toBeCloseTo(0.539, 3)
    expect(similarityThreshold(100_000, 0.001)).toBeCloseTo(0.581, 3)
  })

  it('rises with every face and with every zero of the rate, and never falls below the floor', () => {
    const random = mulberry(1)
    for (let i = 0; i < 300; i += 1) {
      const people = 1 + Math.floor(random() ** 3 * 100_000)
      const rate = 10 ** (-2 - 4 * random())
      const threshold = similarityThreshold(people, rate)
      expect(threshold).toBeGreaterThanOrEqual(similarityFloor)
      expect(threshold).toBeLessThan(0.75)
      expect(similarityThreshold(people * 2, rate)).toBeGreaterThanOrEqual(threshold)
      expect(similarityThreshold(people, rate / 10)).toBeGreaterThanOrEqual(threshold)
    }
  })
})

describe('one face against the gallery', () => {
  const nearest = (similarity: number, secondBest: number, likeness = 0) => ({
    template: 't1',
    subject: 'res_1',
    similarity,
    secondBest,
    second: { template: 't2', subject: 'res_2' },
    likeness,
  })
  const kind = (found: ReturnType<typeof nearest> | null) =>
    matchFace(face(person(1)), found, 0.45, { at: 0, ts: 0 }).kind

  it('needs the threshold and the margin, and more margin between look-alikes', () => {
    expect(kind(null)).toBe('unknown')
    expect(kind(nearest(0.449, 0.1))).toBe('unknown')
    expect(kind(nearest(0.451, 0.1))).toBe('match')
    expect(kind(nearest(0.6, 0.6 - marginMin + 0.01))).toBe('ambiguous')
    expect(kind(nearest(0.6, 0.52))).toBe('match')
    expect(kind(nearest(0.6, 0.52, 0.5))).toBe('ambiguous')
    expect(kind(nearest(0.7, 0.52, 0.5))).toBe('match')
  })

  it('does not judge a bad picture', () => {
    const bad = face(person(1), { quality: { faults: ['blurred'] } })
    expect(matchFace(bad, nearest(0.9, 0), 0.45, { at: 0, ts: 0 }).kind).toBe('bad')
  })
})

describe('frames of one face', () => {
  it('one frame proves nothing, two that agree do', () => {
    expect(judgeFace([sight(0)])).toBeNull()
    const verdict = judgeFace([sight(0, { similarity: 0.6 }), sight(200, { similarity: 0.8 })])
    expect(verdict).toMatchObject({ kind: 'proof', proof: { resident: 'res_1', frames: 2 } })
    expect(verdict?.kind === 'proof' && verdict.proof.similarity).toBeCloseTo(0.7)
  })

  it('frames that lie too far apart, or name two people, do not agree', () => {
    expect(judgeFace([sight(0), sight(2_001)])).toBeNull()
    expect(judgeFace([sight(0), sight(200, { resident: 'res_2' })])).toBeNull()
    expect(judgeFace([sight(0), sight(200, { resident: 'res_2' }), sight(400)])).toBeNull()
  })

  it('a bad or unknown frame in between does no harm', () => {
    const frames = [sight(0), sight(200, { kind: 'bad' }), sight(400, { kind: 'unknown' })]
    expect(judgeFace([...frames, sight(600)])).toMatchObject({ kind: 'proof' })
  })

  it('a dead frame takes everything back that was before it', () => {
    expect(judgeFace([sight(0), sight(200, { livenessScore: 0.2 }), sight(400)])).toBeNull()
  })

  it('alive on the whole is demanded; missing models are told to the door', () => {
    const weak = [sight(0, { livenessScore: 0.9 }), sight(200, { livenessScore: 0.45 })]
    expect(judgeFace(weak)).toBeNull()
    const blind = [sight(0, { livenessScore: null }), sight(200, { livenessScore: null })]
    expect(judgeFace(blind)).toMatchObject({ kind: 'proof', proof: { livenessScore: null } })
    const half = [sight(0, { livenessScore: 0.9 }), sight(200, { livenessScore: null })]
    expect(judgeFace(half)).toMatchObject({ kind: 'proof', proof: { livenessScore: null } })
  })

  it('patience first, then the reason that a person can act on', () => {
    const during = (more: Partial<FaceSight>, ms = 3_000) =>
      [0, 0.25, 0.5, 0.75, 1].map((part) => sight(part * ms, more))
    const unknown = { kind: 'unknown', resident: null } as const
    expect(judgeFace(during(unknown, 2_900))).toBeNull()
    expect(judgeFace(during(unknown))).toMatchObject({ reason: 'face-unknown', resident: null })
    expect(judgeFace(during({ kind: 'ambiguous' }))).toMatchObject({ reason: 'face-ambiguous' })
    const bad: Partial<FaceSight> = { kind: 'bad', faults: ['blurred', 'too-dark'] }
    expect(judgeFace(during(bad))).toMatchObject({
      reason: 'face-quality',
      detail: 'blurred, too-dark',
    })
    expect(judgeFace(during({ livenessScore: 0.1 }, 400))).toMatchObject({
      reason: 'face-not-live',
      resident: 'res_1',
    })
    expect(judgeFace(during({ livenessScore: 0.5 }))).toMatchObject({
      reason: 'face-not-live',
      resident: 'res_1',
    })
  })

  it('whatever the frames: a proof always rests on two live, recent frames of that one resident', () => {
    const random = mulberry(11)
    const kinds = ['match', 'match', 'match', 'unknown', 'ambiguous', 'bad'] as const
    let proofs = 0
    for (let run = 0; run < 4_000; run += 1) {
      let at = 0
      const sights = Array.from({ length: 1 + Math.floor(random() * 12) }, () => {
        at += random() * 1_500
        return sight(at, {
          kind: kinds[Math.floor(random() * kinds.length)] ?? 'bad',
          resident: random() < 0.8 ? 'res_1' : 'res_2',
          similarity: 0.4 + 0.5 * random(),
          livenessScore: random() < 0.1 ? null : 1 - random() ** 3,
        })
      })
      const verdict = judgeFace(sights)
      if (verdict?.kind !== 'proof') continue
      proofs += 1
      const last = sights.at(-1) as FaceSight
      const { proof } = verdict
      expect([last.kind, last.resident]).toEqual(['match', proof.resident])
      const recent = sights.filter(
        (one) =>
          one.kind === 'match' && one.resident === proof.resident && last.at - one.at <= 2_000,
      )
      expect(recent.length).toBeGreaterThanOrEqual(Math.max(2, proof.frames))
      expect(last.livenessScore ?? 1).toBeGreaterThan(0.3)
      if (proof.livenessScore !== null) expect(proof.livenessScore).toBeGreaterThanOrEqual(0.7)
    }
    expect(proofs).toBeGreaterThan(200)
  })
})
