import { describe, expect, test } from 'vitest'
import { barrierDevice, car, community, plate, stand, visit } from './barrier-stand.ts'

const resident = '皖AYL375'
const stranger = '沪B12345'

describe('a barrier by plate', () => {
  test('opens for a known car after two agreeing frames, once, and writes a passage', () => {
    const { look, opened, facts } = stand([barrierDevice()], [car(resident)])
    look([plate(resident)])
    expect(opened).toHaveLength(0)
    look([plate(resident)])
    expect(opened).toHaveLength(1)
    for (let i = 0; i < 10; i += 1) look([plate(resident)])
    expect(opened).toHaveLength(1)
    expect(facts).toMatchObject([
      { granted: true, reason: 'ok', method: 'plate', plate: resident, direction: 'in' },
    ])
  })

  test('does not open for a plate that differs in one character', () => {
    const { look, opened, facts } = stand([barrierDevice()], [car(resident)])
    for (let i = 0; i < 6; i += 1) look([plate('皖AYL376')])
    expect(opened).toHaveLength(0)
    expect(facts).toMatchObject([{ granted: false, reason: 'plate-unknown', plate: '皖AYL376' }])
  })

  test('one car cannot try plates until one fits', () => {
    const { look, opened, facts } = stand([barrierDevice()], [car(resident)])
    for (const text of ['皖A00001', '皖A00002', '皖A00003']) {
      look([plate(text)])
      look([plate(text)])
    }
    for (let i = 0; i < 13; i += 1) look([plate(resident)])
    expect(facts.map(({ reason }) => reason)).toEqual(Array(3).fill('plate-unknown'))
    expect(opened).toHaveLength(0)
  })

  test('a car that was refused and waits is let in once somebody has put it on the list', () => {
    const { look, roster, opened, facts } = stand([barrierDevice()])
    for (let i = 0; i < 4; i += 1) look([plate(resident)])
    expect(opened).toHaveLength(0)
    roster.patch({ base: 1, version: 2, vehicles: { upsert: [car(resident)], remove: [] } })
    look([plate(resident)])
    expect(opened).toHaveLength(1)
    expect(facts.map(({ reason }) => reason)).toEqual(['plate-unknown', 'ok'])
  })

  test('the car in front decides, not the known one behind it', () => {
    const { look, opened } = stand([barrierDevice()], [car(resident)])
    for (let i = 0; i < 4; i += 1) look([plate(stranger, 500, 160), plate(resident, 900, 90)])
    expect(opened).toHaveLength(0)
  })

  test('a car that nobody can read is on record once', () => {
    const { look, facts } = stand([barrierDevice()])
    for (let i = 0; i < 30; i += 1) look([plate(null)])
    expect(facts).toMatchObject([{ granted: false, reason: 'plate-unreadable' }])
  })

  test('a car that blinks out of sight for some seconds is the same passage', () => {
    const { look, opened, facts } = stand([barrierDevice()], [car(resident)])
    look([plate(resident)])
    look([plate(resident)])
    look([], 6_000)
    look([plate(resident)])
    look([plate(resident)])
    expect(opened).toHaveLength(1)
    expect(facts).toHaveLength(1)
  })

  test('a block-listed car stays outside, one on the notice list passes and is marked', () => {
    const blocked = stand([barrierDevice()], [car(resident, { list: 'block' })])
    blocked.look([plate(resident)])
    blocked.look([plate(resident)])
    expect(blocked.opened).toHaveLength(0)
    expect(blocked.facts).toMatchObject([{ reason: 'plate-blocked', notice: true }])
    const noticed = stand([barrierDevice()], [car(resident, { list: 'notice' })])
    noticed.look([plate(resident)])
    noticed.look([plate(resident)])
    expect(noticed.opened).toHaveLength(1)
    expect(noticed.facts).toMatchObject([{ granted: true, notice: true }])
  })

  test('a second car that slips through on one opening raises tail-gating; one that waits does not', () => {
    const slip = stand([barrierDevice()], [car(resident)])
    slip.look([plate(resident)])
    slip.look([plate(resident)])
    slip.look([], 3_000)
    for (const widthPx of [100, 110, 125, 140]) slip.look([plate(stranger, 500, widthPx)])
    slip.look([], 3_000)
    expect(slip.alarms).toMatchObject([{ type: 'access.tailgating', subject: { id: stranger } }])
    const waits = stand([barrierDevice()], [car(resident)])
    waits.look([plate(resident)])
    waits.look([plate(resident)])
    waits.look([], 3_000)
    for (let i = 0; i < 60; i += 1) waits.look([plate(stranger, 500, 120)])
    waits.look([], 3_000)
    expect(waits.alarms).toEqual([])
  })
})

describe('parking sessions', () => {
  test('in, out by the same arm, free places, and the books over a restart', () => {
    const { look, guard, facts } = stand([barrierDevice({ places: 2 })], [car(resident)])
    look([plate(resident)])
    look([plate(resident)])
    expect(guard.parking(community).carParks).toEqual([
      { id: 'main', community, places: 2, taken: 1, free: 1 },
    ])
    const again = stand([barrierDevice({ places: 2 })], [car(resident)])
    again.guard.restore(guard.parking(community).sessions)
    again.look([plate(resident)], 60_000)
    again.look([plate(resident)])
    expect(again.facts).toMatchObject([{ granted: true, direction: 'out' }])
    expect(again.guard.parking(community).carParks).toMatchObject([{ taken: 0, free: 2 }])
    expect(facts[0]).toMatchObject({ direction: 'in' })
    expect(again.guard.parking(community).sessions).toMatchObject([{ leftBy: 'arm-1' }])
  })

  test('a full car park keeps the next one outside and lets those inside leave', () => {
    const arms = [
      barrierDevice({ places: 1, direction: 'in' }),
      barrierDevice({ places: 1, direction: 'out', cameras: ['cam-out'] }, 'arm-2'),
    ]
    const { look, facts } = stand(arms, [car(resident), car(stranger)])
    look([plate(resident)])
    look([plate(resident)])
    look([], 20_000)
    look([plate(stranger)])
    look([plate(stranger)])
    look([plate(resident)], 200, 'cam-out')
    look([plate(resident)], 200, 'cam-out')
    expect(facts.map(({ reason, direction }) => [reason, direction])).toEqual([
      ['ok', 'in'],
      ['car-park-full', 'in'],
      ['ok', 'out'],
    ])
  })

  test.each([
    ['hard', 'anti-passback', 1],
    ['soft', 'ok', 2],
    ['off', 'ok', 2],
  ] as const)('anti-passback %s: a second entry without an exit is %s', (mode, reason, opens) => {
    const { look, facts, opened } = stand(
      [barrierDevice({ direction: 'in', antiPassback: mode })],
      [car(resident)],
    )
    look([plate(resident)])
    look([plate(resident)])
    look([], 60_000)
    look([plate(resident)])
    look([plate(resident)])
    expect(facts.at(-1)?.reason).toBe(reason)
    expect(facts.at(-1)?.irregular).toBe(mode === 'soft' ? true : undefined)
    expect(opened).toHaveLength(opens)
  })
})

describe('visitors by plate', () => {
  test.each([
    [{ from: 2_000_000 }, 'visitor-not-yet-valid'],
    [{ to: 1_000_000 }, 'visitor-expired'],
    [{ doors: ['arm-9'] }, 'holder-not-allowed'],
    [{ entriesMax: 1 }, 'visitor-used-up'],
    [{}, 'ok'],
  ])('%j: %s', (more, reason) => {
    const { look, facts, entries } = stand([barrierDevice()], [], [visit(stranger, more)])
    entries.set(`vis_${stranger}`, 1)
    look([plate(stranger)])
    look([plate(stranger)])
    expect(facts).toMatchObject([{ reason, holder: { kind: 'visitor', name: '李四' } }])
  })
})

describe('by hand, by a foreign barrier, by fire', () => {
  test('a manual opening keeps who and why', async () => {
    const { guard, facts, opened } = stand([barrierDevice()])
    const answer = await guard.open('arm-1', { community, reason: '救护车', by: 'wang' })
    expect(answer.outcome).toBe('done')
    expect(opened).toHaveLength(1)
    expect(facts).toMatchObject([{ method: 'manual', by: 'wang', reason: '救护车', granted: true }])
    await expect(guard.open('arm-9', { community, reason: 'x', by: 'y' })).rejects.toMatchObject({
      code: 'not-found',
    })
  })

  test('a barrier that decides by itself reports in; a repeat of the report counts once', async () => {
    const { guard, facts, opened } = stand([barrierDevice()], [car(resident)])
    const report = { id: 'r1', granted: true, plate: '皖A·YL375', direction: 'in' as const }
    await guard.reported(community, 'arm-1', report)
    await guard.reported(community, 'arm-1', report)
    expect(opened).toHaveLength(0)
    expect(facts).toMatchObject([{ method: 'terminal', plate: resident, holder: { id: 'res_1' } }])
    expect(guard.parking(community).carParks).toMatchObject([{ taken: 1 }])
    expect(guard.stats.repeatedReports).toBe(1)
  })

  test('check 36: a fire input opens the barriers that name it, and they stay open while it stands', async () => {
    const { guard, facts, opened } = stand([
      barrierDevice({ fireInput: 'fire-panel' }),
      barrierDevice({}, 'arm-2'),
    ])
    guard.fire(community, 'fire-panel', true)
    guard.fire(community, 'fire-panel', true)
    expect(opened.map(({ id }) => id)).toEqual(['arm-1'])
    expect(facts).toMatchObject([{ method: 'fire', reason: 'fire', granted: true }])
    guard.fire(community, 'fire-panel', false)
    await guard.close()
  })
})
