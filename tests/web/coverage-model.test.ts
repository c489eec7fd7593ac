import { describe, expect, it } from 'vitest'
import { complement, coverageDrawing, union } from '../../web/src/look/coverage-model.ts'

// The bar is what people act on: an hour wrongly painted as watched or unwatched sends or spares a visit.
const axis = { fromMs: 0, toMs: 100 }
const nothing = { ...axis, covered: [], away: [], evidenceAt: [], lastAt: null }

describe('coverage bar geometry', () => {
  it('merges and clips spans, and finds what they leave open', () => {
    expect(
      union(
        [
          [40, 60],
          [-10, 20],
          [15, 30],
        ],
        [0, 50],
      ),
    ).toEqual([
      [0, 30],
      [40, 50],
    ])
    expect(complement([[20, 30]], [0, 100])).toEqual([
      [0, 20],
      [30, 100],
    ])
    expect(complement([[0, 100]], [0, 100])).toEqual([])
  })

  it('hatches every time in which nobody could look', () => {
    const drawing = coverageDrawing({ ...nothing, covered: [[0, 40]] })
    expect(drawing.covered).toEqual([{ x: 0, width: 40 }])
    expect(drawing.holes).toEqual([{ x: 40, width: 60 }])
  })

  it('counts time away neither as watched nor as a hole', () => {
    const drawing = coverageDrawing({ ...nothing, covered: [[0, 100]], away: [[60, 80]] })
    expect(drawing.away).toEqual([{ x: 60, width: 20 }])
    expect(drawing.covered).toEqual([
      { x: 0, width: 60 },
      { x: 80, width: 20 },
    ])
    expect(drawing.holes).toEqual([])
  })

  it('underlines from the newest sign of life, which alone wears the lamp', () => {
    const drawing = coverageDrawing({ ...nothing, evidenceAt: [10, 25], lastAt: 25 })
    expect(drawing.lamp).toBe(25)
    expect(drawing.ticks).toEqual([10])
    expect(drawing.unseen).toEqual({ x: 25, width: 75 })
    expect(drawing.before).toBe(false)
  })

  it('shows a chevron and a full underline for a sign older than the axis', () => {
    const drawing = coverageDrawing({ ...nothing, lastAt: -5 })
    expect(drawing.before).toBe(true)
    expect(drawing.lamp).toBeNull()
    expect(drawing.unseen).toEqual({ x: 0, width: 100 })
  })

  it('claims nothing outside the known time', () => {
    const drawing = coverageDrawing({ ...nothing, covered: [[0, 100]], known: [30, 90] })
    expect(drawing.covered).toEqual([{ x: 30, width: 60 }])
    expect(drawing.holes).toEqual([])
  })
})
