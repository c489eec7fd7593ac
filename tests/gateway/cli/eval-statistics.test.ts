import { describe, expect, test } from 'vitest'
import { averagePrecision } from '../../../gateway/cli/eval/average-precision.ts'
import {
  gallerySizes,
  notEnrolled,
  ratesAt,
  searchProbe,
  shuffled,
} from '../../../gateway/cli/eval/open-set.ts'
import { interval95 } from '../../../gateway/cli/eval/statistics.ts'
import {
  bestThreshold,
  countRight,
  foldAccuracy,
  pointAtFmr,
  type ScoredPair,
} from '../../../gateway/cli/eval/verification.ts'

const pairs = (
  same: readonly (number | null)[],
  other: readonly (number | null)[],
): ScoredPair[] => [
  ...same.map((score) => ({ same: true, score })),
  ...other.map((score) => ({ same: false, score })),
]

describe('exact intervals (Clopper-Pearson)', () => {
  // By hand: 0 of n ends at 1 - 0.025^(1/n); 5 of 10 is in every textbook (0.1871, 0.8129).
  test.each([
    [0, 10, 0, 0.3085],
    [10, 10, 0.6915, 1],
    [5, 10, 0.1871, 0.8129],
    [1, 1, 0.025, 1],
    [0, 3000, 0, 0.00122888],
    [3, 3000, 0.00020626, 0.00291952],
    [2999, 3000, 0.998144, 0.99999156],
  ])('%i of %i: %f to %f', (events, trials, low, high) => {
    const interval = interval95(events, trials)
    expect(interval?.[0]).toBeCloseTo(low, 4)
    expect(interval?.[1]).toBeCloseTo(high, 4)
  })

  test('without a trial there is no interval; many trials are no trouble', () => {
    expect(interval95(0, 0)).toBeNull()
    // Far from any edge the exact interval comes to that of the normal distribution.
    for (const [events, trials] of [
      [100_000, 200_000],
      [1_000_000, 2_000_000],
      [100_000, 2_000_000],
    ] as const) {
      const [low, high] = interval95(events, trials) ?? [0, 1]
      const part = events / trials
      const half = 1.959964 * Math.sqrt((part * (1 - part)) / trials)
      expect(low).toBeCloseTo(part - half, 5)
      expect(high).toBeCloseTo(part + half, 5)
    }
  })

  test('the interval of what did not happen is the mirror image', () => {
    for (const [events, trials] of [
      [0, 7],
      [3, 40],
      [50, 51],
      [999_999, 1_000_000],
    ] as const) {
      const [low, high] = interval95(events, trials) ?? [0, 0]
      const [otherLow, otherHigh] = interval95(trials - events, trials) ?? [0, 0]
      expect(low).toBeCloseTo(1 - otherHigh, 9)
      expect(high).toBeCloseTo(1 - otherLow, 9)
    }
  })
})

describe('verification', () => {
  const easy = pairs([0.9, 0.8, 0.7, 0.4], [0.5, 0.2, 0.1, 0])

  test('the best threshold tells most pairs right', () => {
    const threshold = bestThreshold(easy)
    expect(countRight(easy, threshold)).toBe(7)
    expect(threshold).toBeCloseTo(0.6, 6)
  })

  test('a pair that cannot be scored counts as wrong, whichever it is', () => {
    const all = pairs([0.9, null], [0.1, null])
    expect(countRight(all, bestThreshold(all))).toBe(2)
    const more = pairs([0.9, null, 0.8, 0.7], [0.1, null, 0.2, 0.3])
    expect(foldAccuracy(more, 2)).toBeCloseTo(0.75, 6)
  })

  test('folds take their threshold from the others', () => {
    // Fold 1 holds the outlier pair: 0.4 of one person lies below every threshold of fold 0.
    const two = pairs([0.9, 0.4], [0.1, 0.2])
    // Fold 0 (0.9, 0.1) judged by fold 1 (0.3): both right. Fold 1 (0.4, 0.2) judged by fold 0 (0.5): one.
    expect(foldAccuracy(two, 2)).toBeCloseTo(0.75, 6)
  })

  test('FNMR at an FMR: at most that part of the others matches; too few pairs cannot show it', () => {
    const other = Array.from({ length: 200 }, (_, i) => i / 1000)
    const all = pairs([0.5, 0.1985, 0.1975, 0.1, null], other)
    const point = pointAtFmr(all, 0.01)
    expect(point).toMatchObject({
      falseMatches: 2,
      impostors: 200,
      falseNonMatches: 2,
      genuines: 5,
    })
    const strict = pointAtFmr(all, 0.005)
    expect(strict).toMatchObject({ falseMatches: 1, falseNonMatches: 3 })
    expect(pointAtFmr(all, 0.001)).toBeNull()
  })

  test('at an FMR equal scores fall together, and scores that nearly touch are told apart', () => {
    const low = Array.from({ length: 98 }, () => 0.1)
    // One of 100 may match. Of two equal ones neither may; of two that differ by a hair the higher one does.
    expect(pointAtFmr(pairs([0.6], [...low, 0.5, 0.5]), 0.01)).toMatchObject({
      threshold: 0.6,
      falseMatches: 0,
      falseNonMatches: 0,
    })
    expect(pointAtFmr(pairs([0.5 + 2e-9], [...low, 0.5 + 1e-9, 0.5]), 0.01)).toMatchObject({
      threshold: 0.5 + 1e-9,
      falseMatches: 1,
      falseNonMatches: 0,
    })
    expect(pointAtFmr(pairs([0.2], [...low, 0.9, 0.9]), 0.01)).toMatchObject({
      falseMatches: 0,
      falseNonMatches: 1,
    })
  })

  test('ten folds hold a tenth of either kind each, whatever the order, and do so every time', () => {
    // Thirty equal pairs; the last three of one person lie low, so only the tenth fold is told wrong.
    const same = Array.from({ length: 30 }, (_, i) => (i < 27 ? 0.8 : 0.2))
    const other = Array.from({ length: 30 }, () => 0.3)
    const sorted = pairs(same, other)
    const mixed = same.flatMap((score, i) => pairs([score], [other[i] ?? null]))
    expect(foldAccuracy(sorted)).toBeCloseTo(0.95, 10)
    expect(foldAccuracy(mixed)).toBe(foldAccuracy(sorted))
  })
})

describe('average precision at IoU 0.5, all points', () => {
  const box = (left: number): [number, number, number, number] => [left, 0, 10, 10]

  test('right, wrong, right among three labels: 1/3 x 1 + 1/3 x 2/3', () => {
    const curve = averagePrecision([
      {
        truths: [box(0), box(100), box(200)],
        found: [
          { box: box(0), score: 0.9 },
          { box: box(50), score: 0.8 },
          { box: box(101), score: 0.7 },
        ],
      },
    ])
    expect(curve.ap50).toBeCloseTo(1 / 3 + 2 / 9, 6)
  })

  test('a second box on a found label is wrong, and no labels is no figure', () => {
    const found = [
      { box: box(0), score: 0.9 },
      { box: box(1), score: 0.8 },
      { box: box(50), score: 0.7 },
    ]
    expect(averagePrecision([{ truths: [box(0), box(50)], found }]).ap50).toBeCloseTo(
      0.5 + 1 / 3,
      6,
    )
    expect(averagePrecision([{ truths: [], found }]).ap50).toBeNull()
  })
})

describe('identification in an open set', () => {
  const at = (angle: number): Float32Array => Float32Array.from([Math.cos(angle), Math.sin(angle)])
  const gallery = [
    { person: 'a', templates: [at(0)] },
    { person: 'b', templates: [at(1), at(1.1)] },
    { person: 'c', templates: [at(2.5)] },
  ]
  const sizes = [2, 3]
  const probes = [
    { person: 'a', angle: 0.1 },
    { person: 'b', angle: 0.3 },
    { person: 'c', angle: 2.4 },
    { person: 'nobody', angle: 1.2 },
  ].map(({ person, angle }) => searchProbe({ person }, at(angle), gallery, sizes))

  test('strangers that are named and enrolled people that are not, by gallery size', () => {
    // Two enrolled: a is found, b is nearer to a; c (cos 1.3 to b) and nobody (0.1 to b) are strangers.
    expect(ratesAt(probes, sizes, 0, 0.9)).toEqual({
      gallery: 2,
      mates: 2,
      missed: 1,
      strangers: 2,
      wrong: 1,
      strangersBy: 'strangers',
    })
    expect(ratesAt(probes, sizes, 1, 0.9)).toMatchObject({
      mates: 3,
      missed: 1,
      strangers: 1,
      wrong: 1,
    })
  })

  test('without strangers each probe is searched with its own person left out', () => {
    const known = probes.filter(({ place }) => place >= 0)
    // a -> b cos 0.9; b -> a cos 0.3; c -> b cos 1.3.
    expect(ratesAt(known, sizes, 1, 0.9)).toMatchObject({
      strangers: 3,
      wrong: 1,
      strangersBy: 'leave-one-out',
    })
  })

  test('who is in the gallery without a usable picture is missed there and no stranger', () => {
    const lost = { probe: { person: 'd' }, place: notEnrolled, own: -1, bestOther: [0.95, 0.95] }
    expect(ratesAt([...probes, lost], sizes, 0, 0.9)).toMatchObject({
      mates: 3,
      missed: 2,
      strangers: 2,
      wrong: 1,
    })
    expect(ratesAt([...probes, lost], sizes, 1, 0.9)).toMatchObject({ mates: 4, strangers: 1 })
  })

  test('gallery sizes end at the whole; the order is that of the seed', () => {
    expect(gallerySizes(250)).toEqual([10, 30, 100, 250])
    expect(gallerySizes(4)).toEqual([4])
    const names = Array.from({ length: 20 }, (_, i) => i)
    expect(shuffled(names, 7)).toEqual(shuffled(names, 7))
    expect(shuffled(names, 7)).not.toEqual(shuffled(names, 8))
    expect(shuffled(names, 7).toSorted((a, b) => a - b)).toEqual(names)
  })
})
