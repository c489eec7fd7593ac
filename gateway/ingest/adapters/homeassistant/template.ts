/**
 * The few templates that producers really send: `{{ value_json.door }}`, `{{ value | lower }}`. They are
 * parsed into a list of steps and never evaluated as code. Anything else is refused as a whole: a guess
 * would be a wrong reading.
 */
export interface Template {
  /** What the payload comes to as text, as Jinja prints it; null where it cannot be said: ignore the message. */
  render(value: string, json: unknown): string | null
}

/** A value, and whether Python would hold it as a float: `1` prints as `1.0` then. */
interface Held {
  readonly value: unknown
  readonly float?: true
}

type Step = (held: Held) => Held
type Source = 'value' | 'value_json' | { readonly literal: unknown }
interface Expression {
  readonly source: Source
  readonly steps: readonly Step[]
  readonly strict: boolean
}

const missing: Held = { value: undefined }
const textMax = 1_024
const stepsMax = 16

/** Null where the template is beyond the subset. */
export function parseTemplate(text: string): Template | null {
  if (text.length > textMax || text.includes('{%') || text.includes('{#')) return null
  const parts: (string | Expression)[] = []
  let at = 0
  while (at < text.length) {
    const open = text.indexOf('{{', at)
    if (open === -1) {
      parts.push(text.slice(at))
      break
    }
    const close = text.indexOf('}}', open)
    if (close === -1) return null
    if (open > at) parts.push(text.slice(at, open))
    const expression = parseExpression(text.slice(open + 2, close))
    if (expression === null) return null
    parts.push(expression)
    at = close + 2
  }
  return { render: (value, json) => renderParts(parts, value, json) }
}

function renderParts(
  parts: readonly (string | Expression)[],
  value: string,
  json: unknown,
): string | null {
  let out = ''
  for (const part of parts) {
    if (typeof part === 'string') {
      out += part
      continue
    }
    const text = pythonText(evaluate(part, value, json))
    if (text === null || (part.strict && text === '')) return null
    out += text
  }
  return out.trim()
}

function evaluate({ source, steps }: Expression, value: string, json: unknown): Held {
  const first = source === 'value' ? value : source === 'value_json' ? json : source.literal
  return steps.reduce((held, step) => step(held), { value: first } as Held)
}

/** As `str()` of Python prints it: `True`, `None`, and nothing for what is not there. Null for objects. */
export function pythonText({ value, float }: Held): string | null {
  if (value === undefined) return ''
  if (value === null) return 'None'
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value !== 'number' || !Number.isFinite(value)) return null
  return float === true && Number.isInteger(value) ? `${value}.0` : String(value)
}

const token =
  /\s*(?:(?<name>[A-Za-z_]\w*)|'(?<single>[^'\\]*)'|"(?<double>[^"\\]*)"|(?<number>-?\d+(?:\.\d+)?)|(?<mark>[.|()[\],]))/y

interface Token {
  readonly kind: 'name' | 'text' | 'number' | 'mark'
  readonly text: string
}

function tokens(text: string): Token[] | null {
  const found: Token[] = []
  token.lastIndex = 0
  while (token.lastIndex < text.length) {
    if (text.slice(token.lastIndex).trim() === '') break
    const groups = token.exec(text)?.groups
    if (groups === undefined) return null
    const { name, single, double, number, mark } = groups
    if (name !== undefined) found.push({ kind: 'name', text: name })
    else if (number !== undefined) found.push({ kind: 'number', text: number })
    else if (mark !== undefined) found.push({ kind: 'mark', text: mark })
    else found.push({ kind: 'text', text: single ?? double ?? '' })
  }
  return found
}

function parseExpression(text: string): Expression | null {
  const list = tokens(text)
  if (list === null || list.length === 0) return null
  const cursor = new Cursor(list)
  const source = sourceOf(cursor.next())
  if (source === null) return null
  const steps: Step[] = []
  let strict = false
  while (!cursor.done) {
    if (steps.length >= stepsMax) return null
    const mark = cursor.next()?.text
    if (mark === '|') {
      const name = cursor.next()
      const args = cursor.args()
      if (name?.kind !== 'name' || args === null) return null
      if (name.text === 'is_defined') strict = true
      const filter = filterOf(name.text, args)
      if (filter === null) return null
      steps.push(filter)
    } else {
      const key = mark === '.' ? cursor.member() : mark === '[' ? cursor.index() : null
      if (key === null || source === 'value' || strict) return null
      steps.push(member(key))
    }
  }
  return { source, steps, strict }
}

const literals: Readonly<Record<string, unknown>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
}

function sourceOf(token: Token | null): Source | null {
  if (token === null || token.kind === 'mark') return null
  if (token.kind === 'text') return { literal: token.text }
  if (token.kind === 'number') return { literal: Number(token.text) }
  if (token.text === 'value' || token.text === 'value_json') return token.text
  return Object.hasOwn(literals, token.text) ? { literal: literals[token.text] } : null
}

class Cursor {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(list: readonly Token[]) {
    this.#tokens = list
  }
  get done(): boolean {
    return this.#at >= this.#tokens.length
  }
  next(): Token | null {
    return this.#tokens[this.#at++] ?? null
  }
  /** A name after a dot; names with two underscores are Python's own and nobody's data. */
  member(): string | null {
    const name = this.next()
    return name?.kind === 'name' && !name.text.startsWith('__') ? name.text : null
  }
  index(): string | number | null {
    const key = this.next()
    if (this.next()?.text !== ']' || key === null) return null
    if (key.kind === 'text') return key.text.startsWith('__') ? null : key.text
    return key.kind === 'number' && /^\d+$/.test(key.text) ? Number(key.text) : null
  }
  /** `(…)` after a filter's name; none is an empty list, a broken one null. */
  args(): unknown[] | null {
    if (this.#tokens[this.#at]?.text !== '(' || this.#tokens[this.#at]?.kind !== 'mark') return []
    this.#at++
    const args: unknown[] = []
    for (;;) {
      const token = this.next()
      if (token === null) return null
      if (token.kind === 'mark' && token.text === ')') return args
      const source = sourceOf(token)
      if (source === null || typeof source === 'string') return null
      args.push(source.literal)
      const after = this.next()
      if (after?.text === ')') return args
      if (after?.text !== ',') return null
    }
  }
}

/** Own properties only: nothing of a prototype can be reached. */
const member =
  (key: string | number): Step =>
  ({ value }) => {
    if (typeof value !== 'object' || value === null) return missing
    if (Array.isArray(value))
      return typeof key === 'number' ? { value: value[key] as unknown } : missing
    return Object.hasOwn(value, key)
      ? { value: (value as Record<string, unknown>)[String(key)] }
      : missing
  }

const onText =
  (change: (text: string) => string): Step =>
  (held) => {
    const text = pythonText(held)
    return text === null ? held : { value: change(text) }
  }

const number = ({ value }: Held): number | null => {
  if (typeof value === 'boolean') return Number(value)
  const text = typeof value === 'string' ? value.trim() : value
  const parsed = text === '' || text === null || text === undefined ? Number.NaN : Number(text)
  return Number.isFinite(parsed) ? parsed : null
}

/** Null where the filter is beyond the subset. */
function filterOf(name: string, args: readonly unknown[]): Step | null {
  const [first, second] = args
  switch (name) {
    case 'lower':
      return onText((text) => text.toLowerCase())
    case 'upper':
      return onText((text) => text.toUpperCase())
    case 'trim':
      return onText((text) => text.trim())
    case 'string':
      return onText((text) => text)
    case 'is_defined':
      return (held) => held
    // What it cuts off is longer than any state.
    case 'truncate':
      return (held) => held
    case 'tojson':
      return ({ value }) => ({ value: value === undefined ? undefined : JSON.stringify(value) })
    case 'default':
      return ({ value, ...rest }) =>
        value === undefined || (second === true && !value)
          ? { value: first ?? '' }
          : { value, ...rest }
    case 'int':
      return (held) => ({
        value: number(held) === null ? (first ?? 0) : Math.trunc(number(held) ?? 0),
      })
    case 'float':
      return (held) => ({ value: number(held) ?? first ?? 0, float: true })
    case 'round':
      return typeof (first ?? 0) === 'number' ? roundTo(Number(first ?? 0)) : null
    default:
      return null
  }
}

const roundTo =
  (digits: number): Step =>
  (held) => {
    const given = number(held)
    if (given === null) return missing
    const scale = 10 ** Math.min(12, Math.max(0, Math.trunc(digits)))
    return { value: Math.round(given * scale) / scale, float: true }
  }
