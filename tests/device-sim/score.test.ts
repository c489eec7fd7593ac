import { expect, test } from 'vitest'
import {
  percentile,
  scoreRun,
  type SeenTicket,
  type StagedAnomaly,
} from '../../device-sim/score/score.ts'

const startedAt = 1_000_000
const staged = (over: Partial<StagedAnomaly> = {}): StagedAnomaly => ({
  id: 'smoke.alarm/smoke-1',
  type: 'smoke.alarm',
  about: 'smoke-1',
  stagedOffsetMs: 10_000,
  ruleDelayMs: 2_000,
  ...over,
})
const ticket = (over: Partial<SeenTicket> = {}): SeenTicket => ({
  id: 'tkt_1',
  number: '1120-001',
  title: '烟感报警',
  type: 'smoke.alarm',
  about: ['smoke-1'],
  seenAt: startedAt + 12_400,
  ...over,
})

test('the delay does not count what the rule demands', () => {
  const score = scoreRun([staged()], [ticket()], startedAt)
  expect(score).toEqual({
    expected: 1,
    found: 1,
    missed: [],
    false: [],
    delayMs: { p50: 400, p95: 400 },
  })
})

test('a right type about another device is missed and false: nothing is matched by luck', () => {
  const score = scoreRun([staged()], [ticket({ about: ['smoke-2'] })], startedAt)
  expect(score.found).toBe(0)
  expect(score.missed).toEqual(['smoke.alarm smoke-1'])
  expect(score.false).toHaveLength(1)
})

test('a second ticket for the same anomaly is false', () => {
  const twice = [ticket(), ticket({ id: 'tkt_2', seenAt: startedAt + 13_000 })]
  const score = scoreRun([staged()], twice, startedAt)
  expect(score.found).toBe(1)
  expect(score.false).toHaveLength(1)
})

test('a ticket before its time is false: an alarm after 23 hours is no alarm after 24', () => {
  const score = scoreRun([staged()], [ticket({ seenAt: startedAt + 10_500 })], startedAt)
  expect(score).toMatchObject({ found: 0, missed: ['smoke.alarm smoke-1'] })
  expect(score.false).toHaveLength(1)
})

test('a ticket that no anomaly made counts as false like any other', () => {
  const score = scoreRun([], [ticket({ type: null, about: [] })], startedAt)
  expect(score.false[0]).toContain('no anomaly')
})

test('percentiles are nearest rank and never made up', () => {
  expect(percentile([], 0.95)).toBe(0)
  expect(percentile([5], 0.5)).toBe(5)
  expect(percentile([4, 1, 3, 2], 0.5)).toBe(2)
  expect(
    percentile(
      Array.from({ length: 20 }, (_, index) => index + 1),
      0.95,
    ),
  ).toBe(19)
})
