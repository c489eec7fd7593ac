import { expect, test } from 'vitest'
import { defaultDoor } from '../../../contracts/access.ts'
import { createAccessEngine } from '../../../gateway/access/access-engine.ts'
import { aDevice, brief, engineFor, play, reading, rosterOf } from './stand.ts'

const retained = { retained: true } as const
const engine = () => engineFor([aDevice('d')]).engine

test('smoke from the memory of a broker asks for a check, a live alarm is its own, a live clear ends both', () => {
  const rules = engine()
  const first = play(rules, [reading('d', 'smoke', true, 0, retained)], 60_000)
  expect(first).toMatchObject([
    { kind: 'raise', severity: 'minor', key: 'smoke.alarm:demo:d:not-live' },
  ])
  expect(play(rules, [reading('d', 'smoke', true, 61_000, retained)])).toEqual([])
  expect(play(rules, [reading('d', 'smoke', false, 62_000, retained)], 65_000)).toEqual([])
  const live = play(rules, [reading('d', 'smoke', true, 70_000)], 75_000)
  expect(live).toMatchObject([{ kind: 'raise', severity: 'critical', key: 'smoke.alarm:demo:d' }])
  const keys = play(rules, [reading('d', 'smoke', false, 80_000)], 600_000).map(
    (effect) => effect.kind === 'clear' && effect.key,
  )
  expect(new Set(keys)).toEqual(new Set(['smoke.alarm:demo:d', 'smoke.alarm:demo:d:not-live']))
})

test('the check outlives a restart; none is asked for while a live alarm stands, for a call or for what is late', () => {
  const before = engine()
  play(before, [reading('d', 'gas', true, 0, retained)], 1_000)
  const after = engine()
  after.restore(before.takeDirty())
  expect(brief(play(after, [reading('d', 'gas', false, 5_000)]))).toEqual(['-gas.alarm@5'])

  const alarmed = engine()
  play(alarmed, [reading('d', 'smoke', true, 0)], 5_000)
  expect(play(alarmed, [reading('d', 'smoke', true, 6_000, retained)], 9_000)).toEqual([])
  const other = engine()
  const late = reading('d', 'smoke', true, 0, {
    ...retained,
    receivedAt: Date.UTC(2026, 10, 20, 5),
  })
  expect(play(other, [late, reading('d', 'sos', true, 10_900_000, retained)], 12_000_000)).toEqual(
    [],
  )
})

test('a remembered number and a remembered open door raise nothing, and the next live one may', () => {
  expect(
    play(
      engine(),
      [reading('d', 'battery', 90, 0), reading('d', 'battery', 3, 1_000, retained)],
      9e6,
    ),
  ).toEqual([])
  const door = { ...aDevice('d'), door: { ...defaultDoor, cameras: [] } }
  const access = createAccessEngine({ roster: rosterOf([door]) })
  const shut = reading('d', 'doorOpen', false, 0)
  const remembered = reading('d', 'doorOpen', true, 200_000, retained)
  expect(play(access, [shut, remembered], 9e6)).toEqual([])
  const again = reading('d', 'doorOpen', false, 9_100_000)
  const forced = reading('d', 'doorOpen', true, 9_400_000)
  expect(brief(play(access, [again, forced], 9_420_000))).toEqual(['+door.forced@9400'])
})
