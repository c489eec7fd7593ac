import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createKit } from '../../../gateway/cli/eval/kit.ts'
import { openLookCache } from '../../../gateway/cli/eval/look-cache.ts'
import { evalPlates } from '../../../gateway/cli/eval/plates.ts'
import { countPlates, plateOutcome } from '../../../gateway/cli/eval/plates-outcome.ts'
import { needs, sharedDir } from '../../support/needs.ts'
import { mainFile, secondFile } from '../../detectors/plate-support.ts'
import { mediaItems } from '../../detectors/support.ts'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'linli-eval-plates-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const list = (rows: readonly string[]): string => {
  const file = join(folder, 'list.csv')
  writeFileSync(file, ['file,plate', ...rows].join('\n'))
  return file
}
const progress: string[] = []
const run = (values: Record<string, unknown>) =>
  evalPlates.run(
    { detector: '640', crops: false, ...values },
    createKit({
      io: {
        env: { LINLI_MODELS: join(sharedDir, 'models'), LINLI_HOME: folder },
        checkout: folder,
      },
      name: 'plates',
      cache: openLookCache(join(folder, 'seen.jsonl'), false),
      progress: { terminal: false, write: (text) => void progress.push(text) },
      used: [],
    }),
  )

describe('counting', () => {
  const look = (text: string | null, main: string, second: string) => ({
    text,
    confidence: text === null ? 0 : 0.8,
    reads: [
      { by: mainFile, text: main },
      { by: secondFile, text: second },
    ],
  })
  const one = (plate: string, seen: ReturnType<typeof look> | null) => ({
    name: `${plate}.jpg`,
    path: `/${plate}.jpg`,
    plate,
    look: seen,
    why: seen === null ? 'no-plate' : null,
  })
  const judged = [
    one('皖AOL375', look('皖A0L375', '冀A0L375', '皖AOL375')),
    one('苏ED51712', look('苏ED51712', '苏ED51772', '苏ED51712')),
    one('川KG679L', look('皖KG679L', '京KG679L', '皖G679L')),
    one('川KG6791', look(null, '京KG6791', '')),
    one('粤B12345', null),
  ]

  test('O and 0 are equal, the province may be left out, what is not said or not found counts as wrong', () => {
    expect(countPlates(judged)).toEqual({ plates: 5, correct: 2, correctWithoutProvince: 3 })
    const { json, parts } = plateOutcome(judged, countPlates(judged), [mainFile, secondFile])
    // All that is said has confidence 0.8: two right and one wrong of five up to there, nothing beyond.
    const chart = parts.find((part) => part.kind === 'chart')?.chart
    expect(chart?.lines.map(({ points }) => [points[80], points[81]])).toEqual([
      [
        [0.8, 0.4],
        [0.81, 0],
      ],
      [
        [0.8, 0.2],
        [0.81, 0],
      ],
    ])
    expect(json).toMatchObject({
      plates: 5,
      correct: 2,
      correctWithoutProvince: 3,
      found: 4,
      wrong: 1,
      unread: 1,
      alone: {
        [mainFile]: { plates: 5, correct: 0, correctWithoutProvince: 3 },
        [secondFile]: { plates: 5, correct: 2, correctWithoutProvince: 2 },
      },
      byProvince: { 川: { plates: 2, correct: 0, correctWithoutProvince: 1 } },
      byLength: { 7: { plates: 4, correct: 1 }, 8: { plates: 1, correct: 1 } },
    })
  })
})

test('a list with what is no plate, or without pictures, is refused with its line', async () => {
  await expect(run({})).rejects.toThrow('--list CSV is needed')
  await expect(run({ list: list(['a.jpg,皖A1234']), detector: '100' })).rejects.toThrow(
    '320 or 640',
  )
  await expect(run({ list: list(['a.jpg,皖A12345', 'b.jpg,皖A?']) })).rejects.toThrow(/list.csv:3/)
})

test('plates of other kinds count as wrong and are told apart', () => {
  const none = { look: null, why: 'missing' }
  const judged = ['使014578', 'WJ苏30652', '皖A12345'].map((plate) => ({
    name: plate,
    path: plate,
    plate,
    ...none,
  }))
  expect(plateOutcome(judged, countPlates(judged), []).json).toMatchObject({
    plates: 3,
    correct: 0,
    otherKinds: 2,
  })
})

describe.runIf(needs('shared-media') && needs('shared-models'))('real pictures', () => {
  const rowsOf = (of: string): string[] =>
    mediaItems()
      .filter(({ file }) => file.startsWith(of))
      .map(({ file, groundTruth }) => {
        const truth = groundTruth as { text?: string; plates?: { text: string }[] }
        return `${join(sharedDir, 'media', file)},${truth.plates?.[0]?.text ?? truth.text ?? ''}`
      })

  test('the 26 pictures give the counts of the model cards, voting not fewer; a second run looks at nothing again', async () => {
    const file = list([...rowsOf('plates/'), 'missing.jpg,皖A12345'])
    const { json, table, parts } = await run({ list: file })
    expect(json).toMatchObject({ plates: 27, correct: 25, found: 26, wrong: 0, unread: 1 })
    const alone = json['alone'] as Record<
      string,
      { correct: number; correctWithoutProvince: number }
    >
    expect(Math.abs((alone[mainFile]?.correct ?? 0) - 24)).toBeLessThanOrEqual(1)
    expect(alone[mainFile]?.correctWithoutProvince).toBe(26)
    expect(json['correct']).toBeGreaterThanOrEqual(alone[secondFile]?.correct ?? 99)
    expect(table[1]?.[1]).toMatch(/^25\/27 = 92\.59 % \[/)
    const worst = parts.filter((part) => part.kind === 'worst')
    expect(worst.flatMap(({ cases }) => cases.map(({ caption }) => caption)).join('\n')).toContain(
      '川KG679L',
    )
    expect(openLookCache(join(folder, 'seen.jsonl'), false).found).toBe(26)
    expect(await run({ list: file })).toMatchObject({ json })
    expect(openLookCache(join(folder, 'seen.jsonl'), false).found).toBe(26)
  })

  test('crops are read as they are: 38 of 40, the better recogniser alone 37', async () => {
    const { json } = await run({ list: list(rowsOf('plate_crops/')), crops: true })
    expect(json).toMatchObject({ plates: 40, correct: 38, wrong: 0 })
  })
})
