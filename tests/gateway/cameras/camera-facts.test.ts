import { afterEach, describe, expect, test } from 'vitest'
import type { CameraStateFact, CoverageFact, SightingFact } from '../../../gateway/model/input.ts'
import { seen } from '../vision/support.ts'
import { cameraDevice, laneZone, rosterOf, scriptedHub } from './support.ts'

const hubs: ReturnType<typeof scriptedHub>[] = []
afterEach(async () => {
  await Promise.all(hubs.splice(0).map(({ hub }) => hub.close()))
})
const open = (...args: Parameters<typeof scriptedHub>) => {
  const made = scriptedHub(...args)
  hubs.push(made)
  return made
}
const states = (facts: readonly { kind: string }[]) =>
  facts
    .filter((fact): fact is CameraStateFact => fact.kind === 'camera-state')
    .map((fact) => fact.state)
const sightings = (facts: readonly { kind: string }[]) =>
  facts.filter((fact): fact is SightingFact => fact.kind === 'sighting')
const coverage = (facts: readonly { kind: string }[]) =>
  facts.filter((fact): fact is CoverageFact => fact.kind === 'coverage')

describe('coverage: a camera covers only the time in which somebody looked at living pictures', () => {
  test('gaps above staleAfterMs and frozen time are not covered', async () => {
    const t = open(rosterOf(cameraDevice('gate')))
    const begin = t.time.now
    for (let i = 0; i < 4; i += 1) {
      await t.frame('gate')
      t.time.now += 2_000
    }
    await t.pass(20_000)
    const second = t.time.now
    for (let i = 0; i < 3; i += 1) {
      await t.frame('gate')
      t.time.now += 2_000
    }
    t.scene.standing = true
    for (let i = 0; i < 10; i += 1) {
      await t.frame('gate')
      t.time.now += 2_000
    }
    await t.hub.close()
    expect(coverage(t.facts).map(({ from, to }) => [from - begin, to - begin])).toEqual([
      [0, 6_000],
      [second - begin, second - begin + 4_000],
    ])
  })

  test('a short stillness that ends is granted afterwards', async () => {
    const t = open(rosterOf(cameraDevice('gate')))
    const begin = t.time.now
    await t.frame('gate')
    t.scene.standing = true
    for (let i = 0; i < 3; i += 1) {
      t.time.now += 2_000
      await t.frame('gate')
    }
    t.scene.standing = false
    t.time.now += 2_000
    await t.frame('gate')
    await t.hub.close()
    expect(coverage(t.facts).map(({ from, to }) => [from - begin, to - begin])).toEqual([
      [0, 8_000],
    ])
  })

  test('without a model nobody looks, so nothing is covered', async () => {
    const t = open(rosterOf(cameraDevice('gate')))
    t.scene.models = false
    for (let i = 0; i < 4; i += 1) {
      await t.frame('gate')
      t.time.now += 1_000
    }
    await t.hub.close()
    expect(coverage(t.facts)).toEqual([])
    expect(states(t.facts)).toEqual(['ok'])
  })
})

describe('sightings and evidence', () => {
  test('at most one a second, only while something is there, and one when it has gone', async () => {
    const t = open(rosterOf(cameraDevice('gate')))
    for (let i = 0; i < 5; i += 1) {
      await t.frame('gate')
      t.time.now += 200
    }
    expect(sightings(t.facts)).toEqual([])
    t.scene.detections = [seen('person', [100, 100, 80, 200])]
    for (let i = 0; i < 25; i += 1) {
      await t.frame('gate')
      t.time.now += 200
    }
    t.scene.detections = []
    for (let i = 0; i < 40; i += 1) {
      await t.frame('gate')
      t.time.now += 200
    }
    const told = sightings(t.facts)
    expect(told.length).toBeGreaterThanOrEqual(6)
    expect(told.length).toBeLessThanOrEqual(9)
    expect(told.at(-1)?.objects).toEqual([])
    expect(told.slice(0, -1).every((fact) => fact.objects[0]?.label === 'person')).toBe(true)
    for (let i = 1; i < told.length; i += 1)
      expect((told[i]?.ts ?? 0) - (told[i - 1]?.ts ?? 0)).toBeGreaterThanOrEqual(1_000)
  })

  test('a vehicle in the fire lane is kept as evidence at once and every 5 s; people are not', async () => {
    const t = open(rosterOf(cameraDevice('gate', { zones: [laneZone] })))
    t.scene.detections = [seen('person', [600, 300, 80, 200])]
    for (let i = 0; i < 5; i += 1) {
      await t.frame('gate')
      t.time.now += 1_000
    }
    expect(t.kept).toHaveLength(0)
    t.scene.detections = [seen('car', [100, 300, 200, 150])]
    for (let i = 0; i < 12; i += 1) {
      await t.frame('gate')
      t.time.now += 1_000
    }
    // Each time one picture with boxes and one without.
    expect(t.kept).toHaveLength(6)
    const withPicture = sightings(t.facts).filter((fact) => fact.evidenceSha256 !== null)
    expect(withPicture).toHaveLength(3)
    expect(withPicture[0]?.objects.some((object) => object.zones.includes('lane'))).toBe(true)
  })

  test("the camera's clock is used within the bounds of the contract, else the time of receipt", async () => {
    const t = open(rosterOf(cameraDevice('gate')))
    t.scene.detections = [seen('person', [100, 100, 80, 200])]
    await t.frame('gate', undefined, t.time.now - 500)
    t.time.now += 1_100
    await t.frame('gate', undefined, t.time.now - 500)
    expect(sightings(t.facts).at(-1)?.ts).toBe(t.time.now - 500)
    t.time.now += 1_100
    await t.frame('gate', undefined, t.time.now + 365 * 86_400_000)
    expect(sightings(t.facts).at(-1)?.ts).toBe(t.time.now)
  })
})

describe('what is evidence in which zone', () => {
  const whole: [number, number][] = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ]
  test.each([
    ['area', []],
    ['fire-lane', ['car', 'bicycle', 'truck']],
    ['no-parking', ['car', 'bicycle', 'truck']],
    ['two-wheelers', ['bicycle']],
    ['lift', ['bicycle']],
    ['intrusion', ['person']],
    ['loitering', ['person']],
    ['crowd', ['person']],
    ['road', ['umbrella']],
  ] as const)('%s keeps a picture of %j', async (kind, kept) => {
    for (const label of ['person', 'car', 'bicycle', 'truck', 'umbrella', 'face']) {
      const zone = { id: 'zone', name: '', kind, polygon: whole }
      const t = open(rosterOf(cameraDevice('gate', { zones: [zone] })))
      t.scene.detections = [seen(label, [100, 300, 200, 150])]
      for (let i = 0; i < 3; i += 1) {
        await t.frame('gate')
        t.time.now += 1_000
      }
      expect(t.kept.length > 0, label).toBe((kept as readonly string[]).includes(label))
    }
  })
})

describe('a camera that sends pictures of nothing', () => {
  test('a covered lens is a state of the camera and ends its coverage; both come back with the view', async () => {
    const t = open(rosterOf(cameraDevice('gate')), { frozenAfterMs: 1_000_000 })
    const edges = new Uint8Array(32 * 18).map((_, i) => (i * 37) % 200)
    const view = { meanLuma: 120, contrast: 50, sharpness: 400, edges }
    const lid = { meanLuma: 90, contrast: 1, sharpness: 1, edges: new Uint8Array(32 * 18) }
    t.scene.stats = view
    const begin = t.time.now
    const run = async (seconds: number) => {
      for (let i = 0; i < seconds; i += 1) {
        await t.frame('gate')
        t.time.now += 1_000
      }
    }
    await run(30)
    t.scene.stats = lid
    await run(30)
    expect(states(t.facts)).toEqual(['ok', 'covered'])
    t.scene.stats = view
    await run(30)
    expect(states(t.facts)).toEqual(['ok', 'covered', 'ok'])
    await t.hub.close()
    const spans = coverage(t.facts).map(({ from, to }) => [from - begin, to - begin])
    expect(spans).toHaveLength(2)
    expect(spans[0]?.[1]).toBeLessThan(37_000)
    expect(spans[1]?.[0]).toBeGreaterThan(60_000)
  })
})
