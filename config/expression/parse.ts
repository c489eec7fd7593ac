import type { ASTNode, Environment } from '@marcbachmann/cel-js'
import {
  type Comparison,
  ExpressionRefused,
  type FlagExpr,
  type NumberExpr,
  type Scope,
} from './expr.ts'
import { expressionLimits, readingTypes, ruleEnvironment, scopeNames } from './language.ts'
import {
  argsOf,
  isText,
  isWhole,
  kindOf,
  literalText,
  refusedAt,
  scopeOf,
  textOf,
  windowOf,
} from './parse-parts.ts'

export interface ExpressionParser {
  /** A condition. Throws ExpressionRefused. */
  flag(text: string): FlagExpr
  /** A number, such as one that is shown. Throws ExpressionRefused. */
  number(text: string): NumberExpr
}

/** CEL in, plain trees out: the library reads and checks types, what it allows beyond ours is refused here. */
export function createExpressionParser(): ExpressionParser {
  const environment = ruleEnvironment()
  return {
    flag: (text) => flagOf(checked(environment, text, 'bool')),
    number: (text) => numberOf(checked(environment, text, 'double')),
  }
}

function checked(environment: Environment, text: string, wanted: 'bool' | 'double'): ASTNode {
  if (text.length > expressionLimits.characters)
    throw new ExpressionRefused(`longer than ${expressionLimits.characters} characters`, 0)
  const { valid, type, error } = environment.check(text)
  if (!valid) {
    const { summary, message, range } = error as {
      summary?: string
      message: string
      range?: { start: number }
    }
    throw new ExpressionRefused(summary ?? message.split('\n')[0] ?? '', range?.start ?? 0)
  }
  const fits = type === wanted || (wanted === 'double' && type === 'int')
  if (!fits) throw new ExpressionRefused(`must be a ${wanted}, is a ${String(type)}`, 0)
  return environment.parse(text).ast
}

function numberOf(node: ASTNode): NumberExpr {
  switch (node.op) {
    case 'value':
      if (typeof node.args === 'number' || typeof node.args === 'bigint')
        return { k: 'number', value: Number(node.args) }
      break
    case 'id':
      if (node.args === 'hour' || node.args === 'weekday') return { k: 'clock', what: node.args }
      if (readingTypes.get(node.args) === 'double')
        return { k: 'reading', name: node.args, of: null }
      break
    case '.':
      return { k: 'reading', name: node.args[1], of: oneDevice(node.args[0]) }
    case '+':
    case '-':
    case '*':
    case '/':
      if (node.op === '/' && isWhole(node.args[0]) && isWhole(node.args[1]))
        throw refusedAt(node, 'two whole numbers: write 1.0 / 2 or the result')
      return { k: 'arithmetic', op: node.op, a: numberOf(node.args[0]), b: numberOf(node.args[1]) }
    case '-_':
      return { k: 'negative', a: numberOf(node.args) }
    case '?:': {
      const [test, a, b] = node.args
      return { k: 'choice', test: flagOf(test), a: numberOf(a), b: numberOf(b) }
    }
    case 'call':
      return numberCall(node, node.args[0], node.args[1])
    case 'rcall':
      return numberMethod(node, node.args[0], node.args[1], node.args[2])
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
      break
  }
  throw refusedAt(node, 'is no number that a rule knows')
}

function numberCall(node: ASTNode, name: string, args: readonly ASTNode[]): NumberExpr {
  switch (name) {
    case 'number':
      return { k: 'reading', name: literalText(argsOf(node, args, 1)[0]), of: null }
    case 'abs':
      return { k: 'absolute', a: numberOf(argsOf(node, args, 1)[0]) }
    case 'mean':
    case 'min':
    case 'max':
    case 'rate':
    case 'change':
    case 'used':
    case 'still':
    case 'times':
      return { k: 'window', statistic: name, ...windowOf(node, args) }
    default:
      throw refusedAt(node, `${name} is no function of rules`)
  }
}

function numberMethod(
  node: ASTNode,
  name: string,
  target: ASTNode,
  args: readonly ASTNode[],
): NumberExpr {
  if (name === 'number')
    return { k: 'reading', name: literalText(argsOf(node, args, 1)[0]), of: oneDevice(target) }
  if (name === 'count')
    return {
      k: 'count',
      scope: scopeOf(target),
      test: member(flagOf(argsOf(node, args, 1)[0]), node),
    }
  if (name === 'min' || name === 'max' || name === 'mean' || name === 'sum') {
    const a = member(numberOf(argsOf(node, args, 1)[0]), node)
    return { k: 'fold', how: name, scope: scopeOf(target), a }
  }
  throw refusedAt(node, `${name} is no function of rules`)
}

function flagOf(node: ASTNode): FlagExpr {
  switch (node.op) {
    case 'value':
      if (typeof node.args === 'boolean') return { k: 'flag', value: node.args }
      break
    case 'id':
      if (readingTypes.get(node.args) === 'bool') return { k: 'reading', name: node.args, of: null }
      break
    case '.':
      return { k: 'reading', name: node.args[1], of: oneDevice(node.args[0]) }
    case '!_':
      return { k: 'not', a: flagOf(node.args) }
    case '&&':
      return { k: 'and', a: flagOf(node.args[0]), b: flagOf(node.args[1]) }
    case '||':
      return { k: 'or', a: flagOf(node.args[0]), b: flagOf(node.args[1]) }
    case '?:': {
      const [test, a, b] = node.args
      return { k: 'choice', test: flagOf(test), a: flagOf(a), b: flagOf(b) }
    }
    case 'in':
      if (isText(node.args[0]) && node.args[1].op === 'list')
        return { k: 'text', a: textOf(node.args[0]), oneOf: node.args[1].args.map(textOf) }
      break
    case 'call':
      return flagCall(node, node.args[0], node.args[1])
    case 'rcall':
      return flagMethod(node, node.args[0], node.args[1], node.args[2])
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return comparison(node, node.op)
    case '+':
    case '-':
    case '*':
    case '/':
    case '-_':
    case '%':
    case '.?':
    case '[]':
    case '[?]':
    case 'list':
    case 'map':
      break
  }
  throw refusedAt(node, 'is no condition that a rule knows')
}

function comparison(node: ASTNode, op: Comparison): FlagExpr {
  const [left, right] = node.args as [ASTNode, ASTNode]
  const kind = kindOf(left)
  if (kind === 'number') return { k: 'compare', op, a: numberOf(left), b: numberOf(right) }
  if (op !== '==' && op !== '!=') throw refusedAt(node, `${op} is for numbers`)
  const same: FlagExpr =
    kind === 'text'
      ? { k: 'text', a: textOf(left), oneOf: [textOf(right)] }
      : { k: 'same', a: flagOf(left), b: flagOf(right) }
  return op === '==' ? same : { k: 'not', a: same }
}

function flagCall(node: ASTNode, name: string, args: readonly ASTNode[]): FlagExpr {
  switch (name) {
    case 'flag':
      return { k: 'reading', name: literalText(argsOf(node, args, 1)[0]), of: null }
    case 'mode':
      return { k: 'mode', mode: literalText(argsOf(node, args, 1)[0]) }
    case 'watchedFor':
      return { k: 'watched', ms: windowOf(node, [node, ...args], false).ms }
    case 'quiet':
    case 'held':
      return { k: 'window', statistic: name, ...windowOf(node, args) }
    case 'known': {
      const [of] = argsOf(node, args, 1)
      return kindOf(of) === 'number'
        ? { k: 'known', number: numberOf(of), flag: null }
        : { k: 'known', number: null, flag: flagOf(of) }
    }
    default:
      throw refusedAt(node, `${name} is no function of rules`)
  }
}

function flagMethod(
  node: ASTNode,
  name: string,
  target: ASTNode,
  args: readonly ASTNode[],
): FlagExpr {
  if (name === 'flag')
    return { k: 'reading', name: literalText(argsOf(node, args, 1)[0]), of: oneDevice(target) }
  if (name === 'any' || name === 'all') {
    const test = member(flagOf(argsOf(node, args, 1)[0]), node)
    return { k: 'some', how: name, scope: scopeOf(target), test }
  }
  throw refusedAt(node, `${name} is no function of rules`)
}

/** `device("id")`: a scope of one. */
function oneDevice(node: ASTNode): Scope {
  if (node.op !== 'call' || node.args[0] !== 'device')
    throw refusedAt(
      node,
      node.op === 'id' && scopeNames.has(node.args)
        ? 'ask with any, all, count, min, max, mean or sum'
        : 'is no device',
    )
  const id = literalText(argsOf(node, node.args[1], 1)[0])
  return { kind: 'device', id, types: null, others: false }
}

/** What is asked of each device of a scope is about readings of that device: work stays linear. */
function member<E extends NumberExpr | FlagExpr>(expr: E, node: ASTNode): E {
  const nested = (value: unknown): boolean => {
    if (typeof value !== 'object' || value === null) return false
    if ('scope' in value || ('of' in value && typeof value.of === 'object' && value.of !== null))
      return true
    return Object.values(value).some(nested)
  }
  const says = (value: unknown): boolean => {
    if (typeof value !== 'object' || value === null) return false
    if ('name' in value) return true
    return Object.values(value).some(says)
  }
  if (nested(expr)) throw refusedAt(node, 'a scope within a scope')
  if (!says(expr)) throw refusedAt(node, 'asks devices for no reading')
  return expr
}
