interface Operation {
  readonly summary?: string
  readonly description?: string
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly required?: boolean
  }[]
  readonly requestBody?: {
    readonly content?: Readonly<Record<string, { readonly schema?: unknown }>>
  }
  readonly responses?: Readonly<Record<string, { readonly content?: unknown }>>
  readonly 'x-roles'?: readonly string[]
  readonly 'x-scopes'?: readonly string[]
}

interface Document {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string }
  readonly paths?: Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>
}

const escape = (text: string): string =>
  text.replaceAll(
    /[&<>"]/g,
    (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign] ?? '&quot;',
  )

const style = `body{font:15px/1.5 system-ui,"Noto Sans CJK SC",sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#18212f;background:#f5f6f8}
details{background:#fff;border:1px solid #e4e7ec;border-radius:6px;margin:4px 0;padding:6px 12px}
summary{cursor:pointer}b{display:inline-block;width:4.5rem;color:#2b55c0}small{color:#5f6b7d}pre{overflow:auto;background:#eef0f4;padding:8px;border-radius:6px}`

/** The OpenAPI document as one plain page: no script, no address of others, works on an air-gapped box. */
export function docsPage(document: unknown): string {
  const { info, paths = {} } = document as Document
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods ?? {}).map(([method, operation]) =>
      section(method.toUpperCase(), path, operation as Operation),
    ),
  )
  return `<!doctype html><html lang="zh"><meta charset="utf-8"><title>${escape(info.title)} API</title>
<meta name="viewport" content="width=device-width"><style>${style}</style>
<h1>${escape(info.title)} API <small>${escape(info.version)}</small></h1>
<p>${escape(info.description ?? '')}</p><p><a href="/openapi.json">/openapi.json</a></p>
${operations.join('\n')}</html>`
}

function section(method: string, path: string, operation: Operation): string {
  const who = [
    ...(operation['x-roles'] ?? []),
    ...(operation['x-scopes'] ?? []).map((s) => `key:${s}`),
  ]
  const parameters = (operation.parameters ?? [])
    .map(
      ({ name, in: place, required }) =>
        `<li>${escape(name)} <small>${place}${required === true ? ', required' : ''}</small></li>`,
    )
    .join('')
  const bodies = Object.entries(operation.requestBody?.content ?? {})
    .map(
      ([type, { schema }]) =>
        `<h4>${escape(type)}</h4><pre>${escape(JSON.stringify(schema, null, 1) ?? '')}</pre>`,
    )
    .join('')
  const answers = Object.keys(operation.responses ?? {}).join(', ')
  return `<details><summary><b>${method}</b> <code>${escape(path)}</code> <small>${escape(operation.summary ?? '')}</small></summary>
<p>${escape(operation.description ?? '')}</p><p>Who: ${escape(who.join(', ') || 'nobody')}. Answers: ${escape(answers)}.</p>
${parameters === '' ? '' : `<ul>${parameters}</ul>`}${bodies}</details>`
}
