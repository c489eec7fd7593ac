import type { ASTNode } from '@marcbachmann/cel-js'
import { dayMs, hourMs, minuteMs, secondMs } from '../../contracts/clock.ts'
import { ExpressionRefused, type Scope, type ScopeKind, type TextExpr } from './expr.ts'
import { readingTypes, scopeNames, textNames } from './language.ts'

export const refusedAt = (node: ASTNode, message: string): ExpressionRefused =>
  new ExpressionRefused(
    `\`${node.input.slice(node.start, node.end).slice(0, 60)}\`: ${message}`,
    node.start,
  )

type Some = readonly [ASTNode, ...ASTNode[]]

export function argsOf(node: ASTNode, args: readonly ASTNode[], count: number): Some {
  if (args.length !== count) throw refusedAt(node, `takes ${count}`)
  return args as unknown as Some
}

export const literalText = (node: ASTNode): string => {
  if (node.op === 'value' && typeof node.args === 'string' && node.args.length <= 64)
    return node.args
  throw refusedAt(node, 'must be a text in quotes, of at most 64 characters')
}

export const isText = (node: ASTNode): boolean =>
  node.op === 'id' ? textNames.has(node.args) : node.op === 'value' && typeof node.args === 'string'

export function textOf(node: ASTNode): TextExpr {
  if (node.op === 'id' && textNames.has(node.args))
    return { k: 'attribute', of: node.args as 'deviceId' }
  return { k: 'text', value: literalText(node) }
}

const unitMs: Readonly<Record<string, number>> = {
  s: secondMs,
  m: minuteMs,
  h: hourMs,
  d: dayMs,
}
const windowMinMs = 10 * secondMs
const windowMaxMs = 7 * dayMs

/** The reading and the span of `mean(temperature, "10m")`; spans from 10 s to 7 d. */
export function windowOf(
  node: ASTNode,
  args: readonly ASTNode[],
  ofReading = true,
): { readonly name: string; readonly ms: number } {
  const [reading, span] = argsOf(node, args, 2) as unknown as readonly [ASTNode, ASTNode]
  const [, count, unit] = /^(\d{1,6})(s|m|h|d)$/.exec(literalText(span)) ?? []
  const ms = Number(count) * (unitMs[unit ?? ''] ?? Number.NaN)
  if (!(ms >= windowMinMs && ms <= windowMaxMs))
    throw refusedAt(span, 'must be a span from "10s" to "7d"')
  return { name: ofReading ? readingName(reading) : '', ms }
}

function readingName(node: ASTNode): string {
  if (node.op === 'id' && !['hour', 'weekday'].includes(node.args)) return node.args
  if (node.op === 'call' && (node.args[0] === 'number' || node.args[0] === 'flag'))
    return literalText(argsOf(node, node.args[1], 1)[0])
  throw refusedAt(node, 'must be a reading of the device itself')
}

/** `place`, `place.others()`, `household.ofType("motion|presence")`. */
export function scopeOf(node: ASTNode): Scope {
  if (node.op === 'id' && scopeNames.has(node.args))
    return { kind: node.args as ScopeKind, id: null, types: null, others: false }
  if (node.op === 'rcall') {
    const [name, target, args] = node.args
    const scope = scopeOf(target)
    if (name === 'others') return { ...scope, others: true }
    if (name === 'ofType')
      return { ...scope, types: literalText(argsOf(node, args, 1)[0]).split('|') }
  }
  throw refusedAt(node, 'is no group of devices')
}

/** Which kind of value a checked node has, where an operator takes several. */
export function kindOf(node: ASTNode): 'number' | 'flag' | 'text' {
  if (isText(node)) return 'text'
  switch (node.op) {
    case 'value':
      return typeof node.args === 'boolean' ? 'flag' : 'number'
    case 'id':
      return readingTypes.get(node.args) === 'bool' ? 'flag' : 'number'
    case '.':
      return readingTypes.get(node.args[1]) === 'bool' ? 'flag' : 'number'
    case 'call':
      return flagCalls.has(node.args[0]) ? 'flag' : 'number'
    case 'rcall':
      return node.args[0] === 'any' || node.args[0] === 'all' || node.args[0] === 'flag'
        ? 'flag'
        : 'number'
    case '?:':
      return kindOf(node.args[1])
    case '+':
    case '-':
    case '*':
    case '/':
    case '-_':
      return 'number'
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '!_':
    case '&&':
    case '||':
    case 'in':
    case '%':
    case '.?':
    case '[]':
    case '[?]':
    case 'list':
    case 'map':
      return 'flag'
  }
}
const flagCalls = new Set(['flag', 'mode', 'watchedFor', 'known', 'quiet', 'held'])

/** A whole number in CEL's eyes: two of them divide without a rest. */
export function isWhole(node: ASTNode): boolean {
  if (node.op === 'value') return typeof node.args === 'bigint'
  if (node.op === '-_') return isWhole(node.args)
  if (node.op === '+' || node.op === '-' || node.op === '*' || node.op === '/')
    return isWhole(node.args[0]) && isWhole(node.args[1])
  return false
}
