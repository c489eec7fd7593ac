import { describe, expect, test } from 'vitest'
import { drawChart } from '../../../gateway/cli/eval/chart.ts'
import { createProgress } from '../../../gateway/cli/eval/progress.ts'
import { renderReport } from '../../../gateway/cli/eval/report.ts'

describe('what is shown', () => {
  const drawn = (terminal: boolean) => {
    const out: string[] = []
    const progress = createProgress(
      { terminal, write: (text) => void out.push(text) },
      'faces',
      200,
    )
    for (let i = 0; i <= 200; i += 1) progress.at(i)
    return out
  }

  test('progress is a bar on a terminal and a line every tenth part elsewhere', () => {
    expect(drawn(false)).toHaveLength(11)
    expect(drawn(false).at(-1)).toBe('faces 100 % 200/200\n')
    expect(drawn(true)).toHaveLength(101)
    expect(drawn(true).at(-1)).toBe(`\rfaces [${'#'.repeat(30)}] 100 % 200/200\n`)
  })

  test('a chart: logarithmic places, values beyond the axis on its edge, one point as a dot', () => {
    const svg = drawChart({
      title: 't',
      xAxis: { label: 'x', ticks: [1e-3, 1e-2, 0.1, 1], logarithmic: true },
      yAxis: { label: 'y', ticks: [0, 1] },
      lines: [
        {
          name: 'a<b',
          points: [
            [0, 0.5],
            [0.1, 1],
          ],
        },
        { name: 'dot', points: [[1, 0]] },
      ],
    })
    // Axes run from 56 to 544 across and from 304 up to 16; 0.1 lies at two thirds of three decades.
    expect(svg).toContain('<path d="M56.0 160.0L381.3 16.0"')
    expect(svg).toContain('<circle cx="544.0" cy="304.0"')
    expect(svg).toContain('>a&lt;b<')
  })

  test('the report carries everything in itself and quotes what comes from file names', async () => {
    const page = await renderReport(
      {
        title: 't',
        at: 'now',
        models: [],
        table: [['a'], ['<script>']],
        parts: [
          {
            kind: 'worst',
            zh: '最差',
            en: 'worst',
            cases: [{ caption: '<img src=x>.jpg', pictures: ['/p'] }],
          },
        ],
        json: '{}',
      },
      () => Promise.resolve('data:image/jpeg;base64,AA=='),
    )
    expect(page).toContain('&lt;img src=x&gt;.jpg')
    expect(page).not.toContain('<script')
    expect(page).not.toMatch(/(src|href)="(?!data:)/)
  })
})
