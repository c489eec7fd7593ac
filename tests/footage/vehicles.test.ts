import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { needs } from '../support/needs.ts'
import { bicycle, bus, car } from './cut-outs.ts'
import { createRig, type Played, type Rig, type Shot } from './rig.ts'
import {
  createStage,
  draw,
  hold,
  once,
  rectangle,
  standing,
  type Stage,
  type Thing,
  wholePicture,
  yard,
  zone,
} from './scenes.ts'

vi.setConfig({ testTimeout: 120_000 })
const may = needs('shared-media') && needs('shared-models')
/** Everything that a vehicle can do wrong, everywhere in the picture. */
const strict = [
  zone('fire-lane', wholePicture),
  zone('no-parking', wholePicture),
  zone('two-wheelers', wholePicture),
]
const roadside = rectangle(0.3, 0.75, 1, 1)

describe.runIf(may)('vehicles before a drawn yard, through pixels', () => {
  let rig: Rig
  let stage: Stage
  let empty: readonly Buffer[]
  let carPng: Buffer
  let parked: readonly Buffer[]

  beforeAll(async () => {
    rig = await createRig()
    stage = await createStage(yard)
    empty = await stage.still([])
    carPng = await car(127)
    parked = await stage.still([await standing(carPng, 287, 327)])
  })
  afterAll(() => rig.close())

  /** It drives in from the left, stands from second 6 to `untilS`, and drives off to the right. */
  async function visit(
    png: Buffer,
    standingFrames: readonly Buffer[],
    untilS: number,
    everyS = 2,
    afterS = 12,
  ) {
    const drive = async (from: number, steps: number): Promise<Buffer[]> =>
      Promise.all(
        Array.from({ length: steps }, async (_, i) =>
          stage.frame([await standing(png, from + i * 87, 327)]),
        ),
      )
    return [
      ...hold(empty, 0, 4, 1),
      ...once(await drive(26, 3), 4, 0.7),
      ...hold(standingFrames, 6.1, untilS, everyS),
      ...once(await drive(374, 3), untilS, 0.7),
      ...hold(empty, untilS + 2.1, untilS + 12, 1),
      ...hold(empty, untilS + 12, untilS + afterS, 5),
    ]
  }

  async function expectPicture(played: Played, zoneName: string): Promise<void> {
    const [raise] = played.raised
    expect(raise?.description.zh).toContain(zoneName)
    const frame = raise?.evidence.find((it) => it.kind === 'frame')
    expect(frame?.models?.map((model) => model.name)).toEqual([
      expect.stringContaining('yolox_nano'),
    ])
    const bytes = await rig.evidence.read(frame?.sha256 ?? '')
    expect(
      createHash('sha256')
        .update(bytes ?? '')
        .digest('hex'),
    ).toBe(frame?.sha256)
    expect(await rig.evidence.read(frame?.boxesSha256 ?? '')).not.toBeNull()
  }

  test('fire lane: a car that stands is reported after half a minute, and over when it has left', async () => {
    const lane = zone('fire-lane', roadside)
    const played = await rig.play({ zones: [lane] }, await visit(carPng, parked, 60, 2, 100))
    expect(played.raised.map((it) => it.type)).toEqual(['vehicle.fire-lane'])
    expect(played.decidedAtS).toBeGreaterThan(30)
    expect(played.decidedAtS).toBeLessThan(42)
    expect(played.effects.at(-1)?.kind).toBe('clear')
    await expectPicture(played, lane.name)
  })

  test('no-parking: three minutes of grace, then reported', async () => {
    const kerb = zone('no-parking', roadside)
    const played = await rig.play(
      { zones: [kerb], evidenceEveryMs: 30_000 },
      await visit(carPng, parked, 205, 4),
    )
    expect(played.raised.map((it) => it.type)).toEqual(['vehicle.illegal-parking'])
    expect(played.decidedAtS).toBeGreaterThan(180)
    expect(played.decidedAtS).toBeLessThan(195)
    await expectPicture(played, kerb.name)
  })

  test('two-wheelers: a bicycle left for five minutes is reported', async () => {
    const place = zone('two-wheelers', roadside)
    const png = await bicycle(140)
    const left = await stage.still([await standing(png, 287, 333)])
    const played = await rig.play(
      { zones: [place], evidenceEveryMs: 30_000 },
      await visit(png, left, 330, 6),
    )
    expect(played.raised.map((it) => it.type)).toEqual(['vehicle.illegal-parking'])
    expect(played.decidedAtS).toBeGreaterThan(300)
    expect(played.decidedAtS).toBeLessThan(320)
    await expectPicture(played, place.name)
  })

  test('camera covered: something plain before the lens is reported, and over when it is gone', async () => {
    const hand = {
      png: draw('<rect width="960" height="540" fill="#8a6f60"/>'),
      leftPx: 0,
      topPx: 0,
    }
    const film = [
      ...hold(empty, 0, 12, 1),
      ...hold(await stage.still([hand]), 12, 40, 1),
      ...hold(empty, 40, 60, 1),
    ]
    const played = await rig.play({ zones: strict }, film)
    expect(played.effects.map((it) => it.kind)).toEqual(['raise', 'clear'])
    expect(played.raised[0]?.type).toBe('camera.covered')
    expect(played.decidedAtS).toBeLessThanOrEqual(24)
  })

  const light = (x: number): Thing => ({
    png: draw(
      `<defs><radialGradient id="g"><stop offset="0" stop-color="#fff" stop-opacity="0.75"/><stop offset="1" stop-color="#fff" stop-opacity="0"/></radialGradient></defs>
<ellipse cx="${x}" cy="430" rx="230" ry="90" fill="url(#g)"/><circle cx="${x - 170}" cy="380" r="16" fill="#fffbe8" opacity="0.9"/><circle cx="${x - 130}" cy="380" r="16" fill="#fffbe8" opacity="0.9"/>`,
    ),
    leftPx: 0,
    topPx: 0,
  })
  const shadow = (x: number): Thing => ({
    png: draw(
      `<polygon points="${x},300 ${x + 190},300 ${x + 260},540 ${x + 30},540" fill="#000" opacity="0.45"/>`,
    ),
    leftPx: 0,
    topPx: 0,
  })
  const rain = (seed: number): Thing => ({
    png: draw(
      Array.from({ length: 140 }, (_, i) => {
        const at = (i * 7_919 + seed * 104_729) % 518_400
        const [x, y] = [at % 960, Math.floor(at / 960)]
        return `<line x1="${x}" y1="${y}" x2="${x - 7}" y2="${y + 34}" stroke="#e8eef2" stroke-width="2" opacity="0.5"/>`
      }).join(''),
    ),
    leftPx: 0,
    topPx: 0,
  })
  const moved = async (make: (x: number) => Promise<Thing> | Thing, options = {}) =>
    Promise.all(
      Array.from({ length: 14 }, async (_, i) => stage.frame([await make(-60 + i * 80)], options)),
    )

  const traps: Record<string, () => Promise<Shot[]>> = {
    'headlights that sweep over a dark yard, five times': async () => {
      const dark = await stage.still([], { light: 0.15, noise: 9 })
      const sweep = await moved(light, { light: 0.3, noise: 9 })
      const passes = [0, 1, 2, 3, 4].flatMap((n) => once(sweep, 8 + n * 14, 0.6))
      return [...hold(dark, 0, 8, 1), ...passes, ...hold(dark, 80, 120, 2)]
    },
    'headlights that stay on a wall for four minutes': async () => {
      const dark = await stage.still([], { light: 0.15, noise: 9 })
      const lit = await stage.still([light(500)], { light: 0.3, noise: 9 })
      return [...hold(dark, 0, 8, 1), ...hold(lit, 8, 250, 5)]
    },
    'a shadow that crosses, and one that stays': async () => {
      const stays = await stage.still([shadow(420)])
      return [
        ...hold(empty, 0, 6, 1),
        ...once(await moved(shadow), 6, 0.7),
        ...hold(stays, 16, 230, 5),
      ]
    },
    'a cloud, a lamp, a cloud': async () => {
      const [dim, bright] = [
        await stage.still([], { light: 0.55 }),
        await stage.still([], { light: 1.5 }),
      ]
      return [empty, dim, empty, bright, dim, empty].flatMap((jpegs, i) =>
        hold(jpegs, i * 10, i * 10 + 10, 1),
      )
    },
    'rain, and a noisy night': async () => {
      const drops = await Promise.all([1, 2, 3, 4, 5].map((n) => stage.frame([rain(n)])))
      const night = await stage.still([], { light: 0.25, noise: 40 })
      return [...hold(empty, 0, 4, 1), ...hold(drops, 4, 44, 1), ...hold(night, 44, 84, 1)]
    },
    'a bicycle that is ridden through, five times': async () => {
      const png = await bicycle(140)
      const ride = await moved(async (x) => standing(png, (x - 150) / 1.5, 333))
      return [
        ...hold(empty, 0, 4, 1),
        ...[0, 1, 2, 3, 4].flatMap((n) => once(ride, 4 + n * 12, 0.5)),
        ...hold(empty, 64, 100, 4),
      ]
    },
  }
  test.each(Object.entries(traps))('silent: %s', async (_, film) => {
    const played = await rig.play({ zones: strict }, await film())
    expect(played.brief).toEqual([])
  })

  test('silent: a bus and a car that stop for ten seconds each', async () => {
    const png = await bus(153)
    const stops = await stage.still([await standing(png, 287, 327)])
    const film = [
      ...(await visit(png, stops, 16, 1)).filter((shot) => shot.atMs < 40_000),
      ...(await visit(carPng, parked, 16, 1)).map((shot) => ({
        ...shot,
        atMs: shot.atMs + 40_000,
      })),
    ]
    const played = await rig.play({ zones: strict }, film)
    const labels = new Set(played.sightings.flatMap((it) => it.objects.map((one) => one.label)))
    expect([...labels]).toEqual(expect.arrayContaining(['bus', 'car']))
    expect(played.brief).toEqual([])
  })

  test('silent: a car parked beside the zone for four minutes', async () => {
    const beside = [
      zone('fire-lane', rectangle(0, 0.5, 0.42, 1)),
      zone('no-parking', rectangle(0.45, 0.3, 1, 0.85)),
    ]
    const played = await rig.play(
      { zones: beside, evidenceEveryMs: 30_000 },
      await visit(carPng, parked, 246, 5),
    )
    expect(played.sightings.some((it) => it.objects.some((one) => one.label === 'car'))).toBe(true)
    expect(played.brief).toEqual([])
  })
})
