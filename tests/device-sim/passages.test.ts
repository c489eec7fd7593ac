import { describe, expect, test } from 'vitest'
import {
  type Admission,
  type Opening,
  type Passage,
  scorePassages,
} from '../../device-sim/score/passages.ts'

const startedAt = 1_000_000
const face: Passage = {
  id: 'face/res-a',
  by: 'face',
  door: 'face-east',
  who: 'res-a',
  fromOffsetMs: 5_000,
  toOffsetMs: 13_000,
}
const plate: Passage = { ...face, id: 'plate/苏A', by: 'plate', door: 'barrier-east', who: '苏A' }
const card: Passage = { ...face, id: 'card/res-b', by: 'card', door: 'terminal-1', who: 'res-b' }
const opened = (door: string, afterMs: number): Opening => ({ door, at: startedAt + afterMs })
const let_ = (passage: Passage, who = passage.who): Admission => ({
  door: passage.door,
  ts: startedAt + 6_000,
  by: passage.by,
  who,
})
const score = (passages: Passage[], openings: Opening[], admissions: Admission[]) =>
  scorePassages(passages, openings, admissions, startedAt)

describe('what the locks and the arm did, against the play', () => {
  test('one opening each, for their own: granted and passed', () => {
    const result = score(
      [face, plate, card],
      [opened('face-east', 6_100), opened('barrier-east', 7_000), opened('terminal-1', 5_100)],
      [let_(face), let_(plate), let_(card)],
    )
    expect(result).toEqual({
      faces: { granted: 1, wrong: 0 },
      vehicles: { passed: 1, wrong: 0 },
      faults: [],
    })
  })

  test('a second opening is wrong, and so is one at a time when nobody was to come', () => {
    const twice = score(
      [face],
      [opened('face-east', 6_000), opened('face-east', 7_000)],
      [let_(face)],
    )
    expect(twice.faces).toEqual({ granted: 1, wrong: 1 })
    const early = score([face], [opened('face-east', 1_000)], [let_(face)])
    expect(early.faces).toEqual({ granted: 0, wrong: 2 })
  })

  test('whoever stayed outside is wrong too, a card at a door as well', () => {
    expect(score([face, card, plate], [], [])).toMatchObject({
      faces: { granted: 0, wrong: 2 },
      vehicles: { passed: 0, wrong: 1 },
    })
  })

  test('an opening for somebody else, or for nobody on record, is wrong though the lock moved', () => {
    const other = score([face], [opened('face-east', 6_100)], [let_(face, 'res-b')])
    expect(other.faces).toEqual({ granted: 0, wrong: 1 })
    expect(other.faults[0]).toContain('res-b')
    expect(score([face], [opened('face-east', 6_100)], []).faces).toEqual({ granted: 0, wrong: 1 })
  })

  test('the history alone opens nothing: without a command at the device nobody was let in', () => {
    expect(score([face], [], [let_(face)]).faces).toEqual({ granted: 0, wrong: 1 })
  })

  test('an arm that opens for nobody counts with the vehicles, also where none was to come', () => {
    expect(score([], [opened('barrier-east', 2_000)], []).vehicles).toEqual({ passed: 0, wrong: 1 })
  })
})
