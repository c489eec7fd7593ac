import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { needs } from '../support/needs.ts'
import { bench, bicycle, car, fromVideo } from './cut-outs.ts'
import { createRig, type Played, type Rig } from './rig.ts'
import { createStage, hold, lift, once, type Stage, standing, yard, zone } from './scenes.ts'

vi.setConfig({ testTimeout: 120_000 })
const may = needs('shared-media') && needs('shared-models') && needs('ffmpeg')
const labelsIn = (played: Played): string[] => [
  ...new Set(played.sightings.flatMap((it) => it.objects.map((one) => one.label))),
]

let rig: Rig
beforeAll(async () => {
  if (may) rig = await createRig()
})
afterAll(async () => {
  if (may) await rig.close()
})

describe.runIf(may)('a lift that is drawn, through pixels', () => {
  const settings = { zones: [zone('lift')] }
  let stage: Stage
  let empty: readonly Buffer[]
  let woman: Buffer
  beforeAll(async () => {
    stage = await createStage(lift)
    empty = await stage.still([])
    woman = await fromVideo(14, 250)
  })

  test('a bicycle in it is reported within five seconds, and over when it is out', async () => {
    const png = await bicycle(150)
    const inside = await Promise.all(
      [0, 1, 2].map(async (n) =>
        stage.frame([await standing(woman, 60, 350), await standing(png, 190 + n, 350)]),
      ),
    )
    const entering = await stage.frame([
      await standing(png, 420, 358),
      await standing(woman, 60, 350),
    ])
    const film = [
      ...hold(empty, 0, 6, 1),
      { atMs: 6_000, jpeg: entering },
      ...hold(inside, 7, 25, 1),
      ...hold(empty, 25, 100, 3),
    ]
    const played = await rig.play(settings, film)
    expect(played.raised.map((it) => it.type)).toEqual(['ebike.in-lift'])
    expect(played.decidedAtS).toBeLessThanOrEqual(11)
    expect(played.effects.at(-1)?.kind).toBe('clear')
    const frame = played.raised[0]?.evidence.find((it) => it.kind === 'frame')
    expect(await rig.evidence.read(frame?.sha256 ?? '')).not.toBeNull()
  })

  test('silent: people who ride, and an empty lift whose light goes out and on', async () => {
    const man = await fromVideo(130, 260)
    const riders = await Promise.all(
      [0, 1, 2].map(async (n) =>
        stage.frame([await standing(woman, 120 + n, 350), await standing(man, 330, 355)]),
      ),
    )
    const dim = await stage.still([], { light: 0.2, noise: 8 })
    const dark = await stage.still([], { light: 0.08, noise: 12 })
    const film = [
      ...hold(empty, 0, 6, 1),
      ...hold(riders, 6, 40, 1),
      ...[dim, empty, dark, empty, dim, dark].flatMap((jpegs, i) =>
        hold(jpegs, 40 + i * 10, 50 + i * 10, 1),
      ),
    ]
    const played = await rig.play(settings, film)
    expect(labelsIn(played)).toEqual(['person'])
    expect(played.brief).toEqual([])
  })
})

describe.runIf(may)('a road that is drawn, through pixels', () => {
  const settings = { zones: [zone('road')], evidenceEveryMs: 30_000 }
  let stage: Stage
  let empty: readonly Buffer[]
  beforeAll(async () => {
    stage = await createStage(yard)
    empty = await stage.still([])
  })

  test('two benches that stand there for three minutes are perhaps a stall', async () => {
    const png = await bench(190)
    const there = await stage.still([await standing(png, 150, 330), await standing(png, 400, 340)])
    const played = await rig.play(settings, [...hold(empty, 0, 6, 1), ...hold(there, 6, 205, 4)])
    expect(played.raised.map((it) => it.type)).toEqual(['stall.on-road'])
    expect(played.decidedAtS).toBeGreaterThan(180)
    expect(played.raised[0]?.evidence.some((it) => it.kind === 'frame')).toBe(true)
  })

  test('silent: traffic, people and a parked car on it; and the benches where no road is guarded', async () => {
    const [carPng, man] = [await car(127), await fromVideo(130, 180)]
    const drive = await Promise.all(
      [0, 1, 2, 3, 4, 5].map(async (n) => stage.frame([await standing(carPng, n * 90 - 60, 327)])),
    )
    const parked = await stage.still([
      await standing(carPng, 300, 327),
      await standing(man, 100, 340),
    ])
    const film = [...hold(empty, 0, 4, 1), ...once(drive, 4, 0.7), ...hold(parked, 9, 200, 5)]
    const played = await rig.play(settings, film)
    expect(labelsIn(played)).toEqual(expect.arrayContaining(['car', 'person']))
    expect(played.brief).toEqual([])
    // Who passes on a road is no evidence.
    expect(played.sightings.every((it) => it.evidenceSha256 === null)).toBe(true)
    const benches = await stage.still([await standing(await bench(190), 150, 330)])
    const elsewhere = await rig.play(
      { ...settings, zones: [zone('no-parking')] },
      hold(benches, 0, 40, 4),
    )
    expect(elsewhere.sightings).toEqual([])
  })
})
