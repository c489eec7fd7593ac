import { expect, test } from 'vitest'
import { catalog } from '../../device-sim/community/catalog.ts'
import { homes } from '../../device-sim/community/cast.ts'
import { script } from '../../device-sim/scenario/script.ts'
import { needNames } from '../../device-sim/scenario/needs.ts'
import { fixTruth, type Need, passageAt, stagedAt } from '../../device-sim/scenario/truth.ts'

const everything: ReadonlySet<Need> = new Set(needNames)

test('the list is the same and its hash too, run after run: it cannot be bent to the result', () => {
  const first = fixTruth(everything, 90_000)
  expect(first.sha256).toMatch(/^[0-9a-f]{64}$/)
  expect(fixTruth(everything, 90_000)).toEqual(first)
  expect(fixTruth(new Set(), 90_000).sha256).not.toBe(first.sha256)
})

test('a run of 90 s stages at least 12 anomalies of at least 8 types', () => {
  const { staged, leftOut } = fixTruth(everything, 90_000)
  expect(leftOut).toEqual([])
  expect(staged.length).toBeGreaterThanOrEqual(12)
  expect(new Set(staged.map(({ type }) => type)).size).toBeGreaterThanOrEqual(8)
  for (const type of ['resident.unseen', 'resident.cannot-tell', 'smoke.alarm', 'camera.offline'])
    expect(staged.map((one) => one.type)).toContain(type)
})

test('without weights only what cameras must see is left out, with the reason', () => {
  const { staged, leftOut, traps } = fixTruth(new Set<Need>(['fresh-history']), 90_000)
  expect(leftOut).toContain('vehicle.fire-lane/cam-lane: vehicle-weights missing')
  expect(leftOut).toContain('access.spoof/face-east: face-weights, test-mode missing')
  expect(leftOut.every((line) => line.endsWith('missing'))).toBe(true)
  expect(staged.length).toBeGreaterThanOrEqual(12)
  expect(traps.map(({ id }) => id)).not.toContain('trap/stranger')
})

test('who is to pass is in the list and its hash, played at its time, by a door that exists', () => {
  const { passages, traps, sha256 } = fixTruth(everything, 90_000)
  const doors = new Set(
    catalog.filter(({ type }) => /terminal|barrier/.test(type)).map(({ id }) => id),
  )
  for (const passage of passages) {
    expect(doors).toContain(passage.door)
    expect(script.filter(({ of }) => of === passage.id).map(({ atMs }) => atMs)).toEqual([
      passageAt(passage.id),
    ])
  }
  expect(passages.filter(({ by }) => by === 'face')).toHaveLength(2)
  expect(passages.filter(({ by }) => by === 'plate')).toHaveLength(2)
  const withoutPlates = new Set(needNames.filter((need) => need !== 'plate-weights'))
  expect(fixTruth(withoutPlates, 90_000).sha256).not.toBe(sha256)
  expect(traps.length).toBeGreaterThanOrEqual(16)
  const known = new Set(
    [...passages, ...traps, ...fixTruth(everything, null).staged].map(({ id }) => id),
  )
  for (const { of } of script) if (of !== null) expect(known).toContain(of)
})

test('no two people are before one camera at once: whom a door opened for must be told apart', () => {
  for (const camera of ['face-east', 'cam-gate']) {
    const times = script.flatMap(({ atMs, action }) =>
      action.kind === 'show' && action.camera === camera ? [atMs] : [],
    )
    for (const [index, at] of times.entries())
      expect(at - (times[index - 1] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(10_000)
  }
})

test('a short run expects only what can be seen before its end', () => {
  for (const { stagedOffsetMs, ruleDelayMs } of fixTruth(everything, 30_000).staged)
    expect(stagedOffsetMs + ruleDelayMs).toBeLessThan(30_000)
})

test('each staged anomaly is about somebody or something that exists', () => {
  const known = new Set([
    ...catalog.map(({ id }) => id),
    ...homes.flatMap(({ residents }) => residents.map(({ id }) => id)),
  ])
  for (const { about } of fixTruth(everything, null).staged) expect(known).toContain(about)
})

test('each anomaly with a cause in the script has it at its staged time, and nothing of it earlier', () => {
  const { staged } = fixTruth(everything, null)
  for (const one of staged.filter(({ type }) => !type.startsWith('resident.'))) {
    const steps = script.filter(({ of }) => of === one.id)
    expect(steps[0]?.atMs).toBe(one.stagedOffsetMs)
    expect(stagedAt(one.type, one.about)).toBe(one.stagedOffsetMs)
  }
  expect(script.every(({ atMs }, index) => atMs >= (script[index - 1]?.atMs ?? 0))).toBe(true)
})
