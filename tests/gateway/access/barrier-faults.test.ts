import { afterEach, describe, expect, test, vi } from 'vitest'
import { barrierDevice, car, community, plate, stand, visit } from './barrier-stand.ts'

const resident = '皖AYL375'
const other = '苏ED51712'

const settle = async (): Promise<void> => {
  for (let i = 0; i < 5; i += 1) await Promise.resolve()
}

describe('what goes wrong at a barrier', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  test('a visitor who comes today and next week too is let in today', () => {
    const { look, facts } = stand(
      [barrierDevice()],
      [],
      [
        visit(other, { id: 'vis_week', from: 50_000_000, to: 90_000_000 }),
        visit(other, { id: 'vis_today', from: 0, to: 10_000_000 }),
      ],
    )
    look([plate(other)])
    look([plate(other)])
    expect(facts).toMatchObject([{ granted: true, holder: { id: 'vis_today' } }])
  })

  test('a visitor whose time has ended while inside leaves', () => {
    const { look, facts, time } = stand([barrierDevice()], [], [visit(other, { to: 1_500_000 })])
    look([plate(other)])
    look([plate(other)])
    time.now = 2_000_000
    look([plate(other)])
    look([plate(other)])
    expect(facts).toMatchObject([
      { granted: true, direction: 'in' },
      { granted: true, direction: 'out' },
    ])
  })

  test('a camera whose clock is a day off, and jumps, changes neither passages nor sessions', () => {
    const { look, guard, facts, time } = stand([barrierDevice()], [car(resident)])
    look([plate(resident)], 200, 'cam-gate', -86_400_000)
    look([plate(resident)], 200, 'cam-gate', 240_000)
    const enteredAt = time.now
    look([plate(resident)], 60_000, 'cam-gate', 240_000)
    look([plate(resident)], 200, 'cam-gate', -86_400_000)
    expect(facts.map(({ ts }) => ts)).toEqual([enteredAt, time.now])
    expect(guard.parking(community).sessions).toMatchObject([{ enteredAt, leftAt: time.now }])
  })

  test('frames of two cameras never add up to one car, and one car before both passes once', () => {
    const { look, facts } = stand(
      [barrierDevice({ cameras: ['cam-gate', 'cam-rear'] })],
      [car(resident)],
    )
    look([plate(resident)], 200, 'cam-gate')
    look([plate(resident)], 200, 'cam-rear')
    expect(facts).toEqual([])
    look([plate(resident)], 200, 'cam-gate')
    look([plate(resident)], 200, 'cam-rear')
    expect(facts).toMatchObject([{ granted: true, direction: 'in' }])
  })

  test('an arm that does not answer is told again while the car stands there, three times at most', async () => {
    const { look, facts, opened, world } = stand([barrierDevice()], [car(resident)])
    world.outcome = 'expired'
    for (let i = 0; i < 20; i += 1) {
      look([plate(resident)])
      await settle()
    }
    expect(opened).toHaveLength(4)
    expect(facts).toHaveLength(1)
  })

  test('an arm that answers is told once', async () => {
    const { look, opened } = stand([barrierDevice()], [car(resident)])
    for (let i = 0; i < 20; i += 1) {
      look([plate(resident)])
      await settle()
    }
    expect(opened).toHaveLength(1)
  })

  test('a report that the disk refused counts when it comes again; who visits is named', async () => {
    const { guard, facts, world } = stand([barrierDevice()], [], [visit(other)])
    const report = { id: 'r1', granted: true, plate: other, direction: 'in' as const, ts: 9e14 }
    world.diskFull = true
    await expect(guard.reported(community, 'arm-1', report)).rejects.toThrow('disk full')
    expect(guard.parking(community).sessions).toEqual([])
    world.diskFull = false
    await guard.reported(community, 'arm-1', report)
    expect(facts).toMatchObject([{ holder: { kind: 'visitor' }, ts: 1_000_000 }])
    expect(guard.parking(community).sessions).toHaveLength(1)
  })

  test('a disk that takes nothing keeps no arm down that is opened by hand', async () => {
    const { guard, opened, world } = stand([barrierDevice()])
    world.diskFull = true
    const answer = await guard.open('arm-1', { community, reason: '救护车', by: 'wang' })
    expect(answer.outcome).toBe('done')
    expect(opened).toHaveLength(1)
  })

  test('check 36: an arm that no longer listens to the fire input, or is blocked, is told no more', () => {
    vi.useFakeTimers()
    const { guard, roster, opened } = stand([barrierDevice({ fireInput: 'panel' })])
    guard.fire(community, 'panel', true)
    vi.advanceTimersByTime(11_000)
    expect(opened).toHaveLength(3)
    roster.replace({ ...roster.snapshot(), version: 2, devices: [barrierDevice()] })
    vi.advanceTimersByTime(60_000)
    expect(opened).toHaveLength(3)
    const pending = { ...barrierDevice({ fireInput: 'panel' }), state: 'blocked' as const }
    roster.replace({ ...roster.snapshot(), version: 3, devices: [pending] })
    guard.fire(community, 'panel', true)
    expect(opened).toHaveLength(3)
  })
})
