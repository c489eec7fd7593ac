import { describe, expect, it } from 'vitest'
import { dot, meanOf } from '../../../gateway/access/face-vector.ts'
import { GalleryMatrix } from '../../../gateway/access/gallery-matrix.ts'
import { mulberry } from '../../detectors/support.ts'
import { like, person } from './face-stand.ts'

describe('gallery', () => {
  it('agrees with the plain definition through any order of puts, consents and deletions', () => {
    const random = mulberry(3)
    const gallery = new GalleryMatrix()
    const model = new Map<string, { subject: string; mean: Float32Array; active: boolean }>()
    for (let step = 0; step < 1_500; step += 1) {
      const template = `t${Math.floor(random() * 60)}`
      const subject = `r${Math.floor(random() * 25)}`
      const act = random()
      if (act < 0.4) {
        const mean = person(Math.floor(random() * 1e6))
        gallery.put(template, subject, mean)
        model.set(template, { subject, mean, active: false })
      } else if (act < 0.85) {
        const active = random() < 0.7
        gallery.setActive(template, active)
        const held = model.get(template)
        if (held !== undefined) held.active = active
      } else {
        gallery.remove(template)
        model.delete(template)
      }
      const probe = person(Math.floor(random() * 1e6))
      const ranked = [...model.values()]
        .filter(({ active }) => active)
        .map((held) => ({ subject: held.subject, score: dot(probe, held.mean) }))
        .toSorted((a, b) => b.score - a.score)
      const [best] = ranked
      const second = ranked.find((one) => one.subject !== best?.subject)
      const found = gallery.nearest(probe)
      expect(found?.subject).toBe(best?.subject)
      expect(found?.similarity ?? 0).toBeCloseTo(best?.score ?? 0, 5)
      if (found !== null) expect(found.secondBest).toBeCloseTo(second?.score ?? -1, 5)
      expect(gallery.active).toBe(ranked.length)
      expect(gallery.people).toBe(new Set(ranked.map((one) => one.subject)).size)
      expect(gallery.size).toBe(model.size)
    }
  })

  it('keeps the second best of another person, not of another template of the same one', () => {
    const gallery = new GalleryMatrix()
    const her = person(1)
    gallery.put('t1', 'res_1', like(her, 0.9, 1))
    gallery.put('t2', 'res_1', like(her, 0.85, 2))
    gallery.put('t3', 'res_2', like(her, 0.3, 3))
    for (const id of ['t1', 't2', 't3']) gallery.setActive(id, true)
    const found = gallery.nearest(her)
    expect([found?.subject, found?.second?.subject]).toEqual(['res_1', 'res_2'])
    expect(found?.similarity).toBeCloseTo(0.9, 4)
    expect(found?.secondBest).toBeCloseTo(0.3, 4)
  })

  it('lists who is near, each person once, the nearest first', () => {
    const gallery = new GalleryMatrix()
    const her = person(1)
    gallery.put('t1', 'res_1', like(her, 0.5, 1))
    gallery.put('t2', 'res_1', like(her, 0.6, 2))
    gallery.put('t3', 'res_2', like(her, 0.7, 3))
    gallery.put('t4', 'res_3', like(her, 0.2, 4))
    const near = gallery.near(her, 0.4, 10)
    expect(near.map(({ subject, template }) => [subject, template])).toEqual([
      ['res_2', 't3'],
      ['res_1', 't2'],
    ])
  })

  it('finds one of 10,000', () => {
    const gallery = new GalleryMatrix()
    for (let i = 0; i < 10_000; i += 1) {
      gallery.put(`t${i}`, `r${i}`, person(i))
      gallery.setActive(`t${i}`, true)
    }
    expect(gallery.nearest(like(person(7_777), 0.7))?.subject).toBe('r7777')
  })

  it('takes the mean of several pictures to length 1, and of contradicting ones to nothing', () => {
    const mean = meanOf([like(person(1), 0.8, 1), like(person(1), 0.8, 2), like(person(1), 0.8, 3)])
    if (mean === null) throw new Error('no mean')
    expect(dot(mean, mean)).toBeCloseTo(1, 5)
    expect(dot(mean, person(1))).toBeGreaterThan(0.88)
    expect(meanOf([person(1), person(1).map((value) => -value)])).toBeNull()
  })
})
