import { errorTable } from '../../contracts/errors.ts'

/** `/docs/errors`: the address that a problem's `type` names, one anchor per code. */
export function errorsPage(): string {
  const rows = Object.entries(errorTable)
    .filter(([, { status }]) => status !== null)
    .map(
      ([code, { status, title, hint }]) =>
        `<h2 id="${code}"><code>${code}</code> ${status}</h2><p>${title.zh}：${hint.zh}</p>` +
        `<p lang="en">${title.en}. ${hint.en}.</p>`,
    )
  return `<!doctype html><html lang="zh"><meta charset="utf-8"><title>Linli errors</title>
<h1>Linli</h1>${rows.join('\n')}</html>`
}
