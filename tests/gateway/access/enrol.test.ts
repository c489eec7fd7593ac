import { readdir } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CodedError } from '../../../contracts/errors.ts'
import { enrolment, face, like, person, pictureOf, stand } from './face-stand.ts'

type Stand = Awaited<ReturnType<typeof stand>>
let at: Stand
beforeEach(async () => {
  at = await stand()
})
afterEach(() => at.close())

const refusal = async (work: Promise<unknown>) => {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof CodedError)) throw new Error(`not refused: ${String(error)}`)
  return { code: error.code, extra: error.extra }
}

describe('enrolment', () => {
  it('takes three shots of one person and answers the quality of each', async () => {
    const shots = [1, 2, 3].map((n) => pictureOf(face(like(person(1), 0.8, n))))
    const answer = await at.entry.enrol(enrolment('fac_1', 'res_1', ...shots))
    expect(answer).toMatchObject({ template: 'fac_1', lookAlikes: [] })
    expect(answer.quality.map(({ faults }) => faults)).toEqual([[], [], []])
    expect(at.entry.count()).toEqual({ persons: 1, templates: 1 })
  })

  it('says of each picture what is wrong with it, and stores nothing', async () => {
    const turned = face(person(1), { quality: { yaw: 0.3 } })
    const crowd = [1, 2].map((n) => face(person(n), { boxPx: [n * 300, 100, 150, 180] }))
    const refused = await refusal(
      at.entry.enrol(
        enrolment('fac_1', 'res_1', pictureOf(), pictureOf(turned), pictureOf(...crowd)),
      ),
    )
    expect(refused).toEqual({
      code: 'face.not-usable',
      extra: { reasons: [['no-face'], ['turned-aside'], ['several-faces']] },
    })
    expect(await readdir(at.folder)).toEqual([])
  })

  it('does not mind somebody small in the background', async () => {
    const behind = face(person(9), { boxPx: [900, 100, 80, 90] })
    const answer = await at.entry.enrol(
      enrolment('fac_1', 'res_1', pictureOf(behind, face(person(1)))),
    )
    expect(answer.quality[0]?.facePx).toBe(150)
  })

  it('refuses pictures of two people', async () => {
    const pictures = [person(1), person(1), person(2)].map((one) => pictureOf(face(one)))
    const refused = await refusal(at.entry.enrol(enrolment('fac_1', 'res_1', ...pictures)))
    expect(refused).toMatchObject({
      code: 'face.mismatch',
      extra: { pictures: ['1 and 3', '2 and 3'] },
    })
  })

  it('says that it cannot where the weights of recognition are missing', async () => {
    const refused = await refusal(at.entry.enrol(enrolment('f', 'res_1', pictureOf(face(null)))))
    expect(refused.code).toBe('model.missing')
  })

  it('names look-alikes, and refuses the same face under another name', async () => {
    await at.entry.enrol(enrolment('fac_1', 'res_1', pictureOf(face(person(1)))))
    const sister = like(person(1), 0.5)
    const answer = await at.entry.enrol(enrolment('fac_2', 'res_2', pictureOf(face(sister))))
    expect(answer.lookAlikes).toMatchObject([{ resident: 'res_1' }])
    expect(answer.lookAlikes[0]?.similarity).toBeCloseTo(0.5, 3)
    const again = pictureOf(face(like(person(1), 0.8, 9)))
    expect(await refusal(at.entry.enrol(enrolment('fac_3', 'res_3', again)))).toMatchObject({
      code: 'face.duplicate',
      extra: { resident: 'res_1' },
    })
    // The same person, once more or better: that is no duplicate.
    await at.entry.enrol(enrolment('fac_4', 'res_1', again))
    expect(at.entry.count()).toEqual({ persons: 2, templates: 3 })
  })

  it('replaces a template of the same id', async () => {
    for (const seed of [1, 2])
      await at.entry.enrol(enrolment('fac_1', 'res_1', pictureOf(face(person(seed)))))
    expect(at.entry.count()).toEqual({ persons: 1, templates: 1 })
    expect(await readdir(at.folder)).toHaveLength(1)
  })
})

describe('control C10: no face beyond 100,000 people without a filing', () => {
  it('refuses the next person, not another picture of a known one, and not with a number', async () => {
    const settings = { ...at.deps.settings, filingLimit: 3 }
    const limited = await stand({ settings })
    const filed = await stand({ settings: { ...settings, filingNumber: '3101-2026-7' } })
    try {
      for (const one of [limited, filed])
        for (const seed of [1, 2, 3])
          await one.entry.enrol(enrolment(`f${seed}`, `r${seed}`, pictureOf(face(person(seed)))))
      const next = enrolment('f4', 'r4', pictureOf(face(person(4))))
      expect((await refusal(limited.entry.enrol(next))).code).toBe('face.filing-limit')
      await limited.entry.enrol(enrolment('f5', 'r3', pictureOf(face(like(person(3), 0.8)))))
      await filed.entry.enrol(next)
      expect(limited.entry.count().persons).toBe(3)
      expect(filed.entry.count().persons).toBe(4)
    } finally {
      await Promise.all([limited.close(), filed.close()])
    }
  })
})
