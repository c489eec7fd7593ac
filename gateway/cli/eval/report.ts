import { type Chart, drawChart } from './chart.ts'

export interface WorstCase {
  readonly caption: string
  readonly pictures: readonly string[]
}

/** A stretch of the report. Pictures of worst cases are absolute paths; they are inlined small. */
export type ReportPart =
  | { readonly kind: 'note'; readonly zh: string; readonly en: string }
  | { readonly kind: 'chart'; readonly chart: Chart }
  | {
      readonly kind: 'worst'
      readonly zh: string
      readonly en: string
      readonly cases: readonly WorstCase[]
    }

export interface Report {
  readonly title: string
  readonly at: string
  readonly models: readonly { readonly file: string; readonly sha256: string }[]
  readonly table: readonly (readonly string[])[]
  readonly parts: readonly ReportPart[]
  readonly json: string
}

export const escapeHtml = (text: string): string =>
  text.replaceAll(
    /[&<>"']/g,
    (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? '&#39;',
  )

const style = `body{font:15px/1.5 system-ui,"Noto Sans CJK SC",sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2733}
table{border-collapse:collapse;margin:1rem 0}td,th{border:1px solid #c9d3dc;padding:.3rem .7rem;text-align:left}
th{background:#eef3f7}figure{display:inline-block;margin:.5rem;vertical-align:top;max-width:22rem}
figure img{max-height:10rem;margin-right:.25rem}figcaption,.small{font-size:.85rem;color:#4b5b69}
svg{max-width:100%;height:auto}code{overflow-wrap:anywhere}`

/** One self-contained page, Chinese first; `thumbnail` turns a path into a data URI or null. */
export async function renderReport(
  report: Report,
  thumbnail: (path: string) => Promise<string | null>,
): Promise<string> {
  const parts: string[] = []
  for (const part of report.parts) parts.push(await renderPart(part, thumbnail))
  const models = report.models
    .map(({ file, sha256 }) => `<li><code>${escapeHtml(file)}</code> ${sha256.slice(0, 16)}</li>`)
    .join('')
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>${escapeHtml(report.title)}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<style>${style}</style></head><body>
<h1>${escapeHtml(report.title)}</h1><p class="small">${escapeHtml(report.at)}</p>
<h2>结果 / Results</h2>${renderTable(report.table)}
${parts.join('\n')}
<h2>模型 / Models</h2><ul>${models}</ul>
<h2>JSON</h2><p><code>${escapeHtml(report.json)}</code></p>
</body></html>\n`
}

const cells = (row: readonly string[], tag: string) =>
  `<tr>${row.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`

function renderTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  return `<table>${cells(head, 'th')}${rows.map((row) => cells(row, 'td')).join('')}</table>`
}

async function renderPart(
  part: ReportPart,
  thumbnail: (path: string) => Promise<string | null>,
): Promise<string> {
  if (part.kind === 'note') return `<p>${escapeHtml(part.zh)}<br>${escapeHtml(part.en)}</p>`
  if (part.kind === 'chart')
    return `<h2>${escapeHtml(part.chart.title)}</h2>${drawChart(part.chart)}`
  const figures: string[] = []
  for (const { caption, pictures } of part.cases) {
    const images: string[] = []
    for (const path of pictures) {
      const source = await thumbnail(path)
      if (source !== null) images.push(`<img src="${source}" alt="">`)
    }
    figures.push(
      `<figure>${images.join('')}<figcaption>${escapeHtml(caption)}</figcaption></figure>`,
    )
  }
  const none = part.cases.length === 0 ? '<p>无 / none</p>' : ''
  return `<h2>${escapeHtml(`${part.zh} / ${part.en}`)}</h2>${none}${figures.join('')}`
}
