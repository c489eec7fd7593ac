import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseCsv, readCsv, readTruth } from '../../../gateway/cli/eval/csv.ts'
import { parseLabels } from '../../../gateway/cli/eval/objects.ts'

describe('lists', () => {
  test('quoted names, a byte order mark, other columns, blank lines', () => {
    const rows = parseCsv(
      '\uFEFFfile,note,live\r\n"a, ""b"".jpg",x,1\r\n\r\nc.jpg,,0\r\n',
      'l.csv',
      ['file', 'live'],
    )
    expect(rows).toEqual([
      { line: 2, fields: { file: 'a, "b".jpg', note: 'x', live: '1' } },
      { line: 4, fields: { file: 'c.jpg', note: '', live: '0' } },
    ])
  })

  test('what a Chinese Excel saves is read: GB 18030, CR, 是 and 否, headings with blanks', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'linli-eval-list-'))
    const file = join(folder, 'l.csv')
    // 'A ,B,Same' / '"图 1.jpg",图2.jpg,是' / 'c.jpg,d.jpg,否'; 图 is CD BC, 是 CA C7, 否 B7 F1.
    const bytes = Buffer.from(
      '41202c422c53616d650d22cdbc20312e6a7067222ccdbc322e6a70672ccac70d632e6a70672c642e6a70672cb7f10d',
      'hex',
    )
    writeFileSync(file, bytes)
    const rows = await readCsv(file, ['a', 'b', 'same'])
    rmSync(folder, { recursive: true })
    expect(rows.map(({ fields }) => fields)).toEqual([
      { a: '图 1.jpg', b: '图2.jpg', same: '是' },
      { a: 'c.jpg', b: 'd.jpg', same: '否' },
    ])
    expect(rows.map((row) => readTruth(row, 'same', file))).toEqual([true, false])
  })

  test.each([
    ['a,b\n1,2\n', 'l.csv:1: the header must name a,b,same: no "same"'],
    ['a,b,same\nx,y,1\nx,y\n', 'l.csv:3: 2 fields, the header has 3'],
    ['a,b,same\n"x,y,1\n', 'l.csv:2: a quoted field does not end'],
    ['a,b,same\n,y,1\n', 'l.csv:2: "a" is empty'],
    ['a,b,same\n', 'l.csv:1: no rows'],
  ])('%j is refused with its line', (text, message) => {
    expect(() => parseCsv(text, 'l.csv', ['a', 'b', 'same'])).toThrow(message)
  })

  test('labels in YOLO text are refused with their line', () => {
    expect(
      parseLabels('0 0.5 0.5 0.2 0.4\n\n2 0 0 1 1\n', 'x.txt').map(({ label }) => label),
    ).toEqual(['person', 'car'])
    expect(() => parseLabels('0 0.5 0.5 0.2 0.4\n80 0 0 1 1', 'x.txt')).toThrow('x.txt:2')
    expect(() => parseLabels('0 12 0.5 0.2 0.4', 'x.txt')).toThrow('x.txt:1')
    expect(() => parseLabels('0 0.5', 'x.txt')).toThrow('x.txt:1')
    expect(() => parseLabels('0 0.1 0.1 0.9 0.1 0.9 0.9 0.1 0.9', 'x.txt')).toThrow('outline')
  })
})
