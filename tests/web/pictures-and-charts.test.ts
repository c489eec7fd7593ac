import { describe, expect, it } from 'vitest'
import { chartDrawing, thin } from '../../web/src/look/chart-model.ts'
import { overlap, pictureBoxes } from '../../web/src/look/picture-model.ts'
import { stepsOf } from '../../web/src/pages/ticket/step-model.ts'

const options = { fromMs: 0, toMs: 100, gapMs: 10, yesNo: false }

describe('boxes over a picture', () => {
  const facts = { widthPx: 200, heightPx: 100 }

  it('marks the detection that lies on the subject, and draws it last so that nothing covers it', () => {
    const boxes = pictureBoxes({
      ...facts,
      subjectPx: [21, 10, 40, 40],
      detections: [
        { label: 'car', score: 0.9, boxPx: [20, 10, 40, 40] },
        { label: 'person', score: 0.8, boxPx: [100, 10, 20, 60] },
      ],
    })
    expect(boxes.map((box) => [box.label, box.subject])).toEqual([
      ['person', false],
      ['car', true],
    ])
    expect(boxes[1]?.at).toEqual([10, 10, 20, 40])
  })

  it('still shows a subject that no detection lies on', () => {
    const boxes = pictureBoxes({ ...facts, subjectPx: [0, 0, 10, 10], detections: [] })
    expect(boxes).toEqual([{ label: 'subject', score: 0, subject: true, at: [0, 0, 5, 10] }])
  })

  it('measures overlap', () => {
    expect(overlap([0, 0, 10, 10], [5, 0, 10, 10])).toBeCloseTo(1 / 3)
    expect(overlap([0, 0, 10, 10], [20, 0, 10, 10])).toBe(0)
  })
})

describe('history line', () => {
  it('never joins over a silence: it is a gap, also the one that lasts until now', () => {
    const points = [0, 5, 40, 45].map((ts) => ({ ts, value: ts }))
    const drawing = chartDrawing(points, options)
    expect(drawing?.runs.length).toBe(2)
    expect(drawing?.gaps).toEqual([
      { x: 5, width: 35 },
      { x: 45, width: 55 },
    ])
  })

  it('draws yes and no as steps and calls no silence a gap', () => {
    const points = [
      { ts: 0, value: 0 },
      { ts: 50, value: 1 },
    ]
    const drawing = chartDrawing(points, { ...options, yesNo: true })
    expect(drawing?.gaps).toEqual([])
    expect(drawing?.runs[0]).toEqual([
      [0, 100],
      [50, 100],
      [50, 0],
    ])
  })

  it('keeps a peak when it thins', () => {
    const points = Array.from({ length: 1_000 }, (_, ts) => ({ ts, value: ts === 517 ? 99 : 1 }))
    const kept = thin(points, 100)
    expect(kept.length).toBeLessThanOrEqual(100)
    expect(kept.some((point) => point.value === 99)).toBe(true)
  })

  it('says nothing where there is nothing', () => {
    expect(chartDrawing([], options)).toBeNull()
  })
})

const entry = (to: 'filed' | 'dispatched' | 'handled', ts: number) => ({
  id: to,
  ts,
  kind: 'x',
  actor: { kind: 'user', id: 'u', name: 'u' },
  from: null,
  to,
  note: null,
  noteEn: null,
})

describe('status steps', () => {
  it('knows what is done, when, and what goes on', () => {
    const timeline = [entry('filed', 10), entry('dispatched', 20)]
    const steps = stepsOf({ status: 'dispatched', createdAt: 5, timeline })
    expect(steps.map((step) => `${step.id}:${step.state}:${step.at}`)).toEqual([
      'received:done:5',
      'filed:done:10',
      'dispatched:done:20',
      'accepted:current:null',
      'handling:ahead:null',
      'verified:ahead:null',
      'closed:ahead:null',
    ])
  })
})
