import type { NumberExpr, WindowStatistic } from '../../../config/expression/expr.ts'
import { dayMs, hourMs, minuteMs } from '../../../contracts/clock.ts'
import { windowBounds } from './window-numbers.ts'
import {
  type Asking,
  type Bounds,
  type FlagOf,
  membersOf,
  type NumberOf,
  type Scene,
  valueOf,
} from './scene.ts'

const exact = (of: NumberOf): Bounds => ({ low: of, high: of })
const isExact = ({ low, high }: Bounds): boolean => low === high

/** A number of an expression as functions of the scene. */
export function numberBounds(compiler: Asking, expr: NumberExpr): Bounds {
  switch (expr.k) {
    case 'number': {
      const { value } = expr
      return exact(() => value)
    }
    case 'reading': {
      const reading = compiler.reading(expr.name, expr.of)
      const { of } = expr
      if (of === null) return exact((scene) => valueOf(scene, scene.member, reading))
      const id = of.id ?? ''
      return exact((scene) => valueOf(scene, scene.find(scene.subject.community, id), reading))
    }
    case 'clock':
      compiler.needsClock()
      return exact(expr.what === 'hour' ? hourOf : weekdayOf)
    case 'arithmetic':
      return arithmetic(expr.op, numberBounds(compiler, expr.a), numberBounds(compiler, expr.b))
    case 'negative': {
      const { low, high } = numberBounds(compiler, expr.a)
      const lowOf: NumberOf = (scene) => -high(scene)
      return low === high ? exact(lowOf) : { low: lowOf, high: (scene) => -low(scene) }
    }
    case 'absolute': {
      const of = certain(numberBounds(compiler, expr.a))
      return exact((scene) => Math.abs(of(scene)))
    }
    case 'choice':
      return choice(
        compiler.flag(expr.test),
        numberBounds(compiler, expr.a),
        numberBounds(compiler, expr.b),
      )
    case 'window':
      return windowed(compiler, expr.statistic, expr.name, expr.ms)
    case 'count':
      return count(compiler, expr)
    case 'fold':
      return fold(compiler, expr)
  }
}

/** One number, unknown where the bounds lie apart. */
export function certain({ low, high }: Bounds): NumberOf {
  if (low === high) return low
  return (scene) => {
    const value = low(scene)
    return value === high(scene) ? value : Number.NaN
  }
}

const localOf = (scene: Scene): number => scene.now + scene.offsetMinutes * minuteMs
const hourOf: NumberOf = (scene) => (((localOf(scene) % dayMs) + dayMs) % dayMs) / hourMs
/** Monday is 1. */
const weekdayOf: NumberOf = (scene) => ((Math.floor(localOf(scene) / dayMs) + 3) % 7) + 1

function arithmetic(op: '+' | '-' | '*' | '/', a: Bounds, b: Bounds): Bounds {
  if (isExact(a) && isExact(b)) return exact(operate(op, a.low, b.low))
  if (op === '+') return { low: operate('+', a.low, b.low), high: operate('+', a.high, b.high) }
  if (op === '-') return { low: operate('-', a.low, b.high), high: operate('-', a.high, b.low) }
  if (!isExact(b)) return exact(operate(op, certain(a), certain(b)))
  const low = operate(op, a.low, b.low)
  const high = operate(op, a.high, b.low)
  // A negative factor turns the bounds about.
  return {
    low: (scene) => Math.min(low(scene), high(scene)),
    high: (scene) => Math.max(low(scene), high(scene)),
  }
}

/** What is divided by nothing is unknown, not endless. */
function operate(op: '+' | '-' | '*' | '/', a: NumberOf, b: NumberOf): NumberOf {
  switch (op) {
    case '+':
      return (scene) => a(scene) + b(scene)
    case '-':
      return (scene) => a(scene) - b(scene)
    case '*':
      return (scene) => a(scene) * b(scene)
    case '/':
      return (scene) => {
        const divisor = b(scene)
        return divisor === 0 ? Number.NaN : a(scene) / divisor
      }
  }
}

function choice(test: FlagOf, a: Bounds, b: Bounds): Bounds {
  const pick =
    (of: NumberOf, otherwise: NumberOf): NumberOf =>
    (scene) => {
      const answer = test(scene)
      if (answer === 2) return Number.NaN
      return answer === 1 ? of(scene) : otherwise(scene)
    }
  const low = pick(a.low, b.low)
  return isExact(a) && isExact(b) ? exact(low) : { low, high: pick(a.high, b.high) }
}

function windowed(compiler: Asking, statistic: WindowStatistic, name: string, ms: number): Bounds {
  const reading = compiler.reading(name, null)
  const place = compiler.window(name, ms)
  return windowBounds(statistic, reading, place, ms)
}

function count(compiler: Asking, expr: Extract<NumberExpr, { k: 'count' }>): Bounds {
  const { scope } = expr
  const { of, readings } = compiler.asked(scope, () => compiler.flag(expr.test))
  const counted =
    (alsoUnknown: boolean): NumberOf =>
    (scene) => {
      const { member } = scene
      let sure = 0
      let asked = 0
      for (const source of membersOf(scene, scope, readings)) {
        scene.member = source
        const answer = of(scene)
        asked += 1
        if (answer === 1 || (answer === 2 && alsoUnknown)) sure += 1
      }
      scene.member = member
      return asked === 0 ? Number.NaN : sure
    }
  return { low: counted(false), high: counted(true) }
}

/** Over those that are known; unknown where one of them is not, for it might be the one. */
function fold(compiler: Asking, expr: Extract<NumberExpr, { k: 'fold' }>): Bounds {
  const { how, scope } = expr
  const { of, readings } = compiler.asked(scope, () => certain(numberBounds(compiler, expr.a)))
  const over =
    (side: 'low' | 'high'): NumberOf =>
    (scene) => {
      const { member } = scene
      let total = 0
      let least = Number.POSITIVE_INFINITY
      let most = Number.NEGATIVE_INFINITY
      let known = 0
      let unknown = 0
      for (const source of membersOf(scene, scope, readings)) {
        scene.member = source
        const value = of(scene)
        if (Number.isNaN(value)) {
          unknown += 1
          continue
        }
        known += 1
        total += value
        if (value < least) least = value
        if (value > most) most = value
      }
      scene.member = member
      if (known === 0) return Number.NaN
      if (how === 'max') return side === 'high' && unknown > 0 ? Number.POSITIVE_INFINITY : most
      if (how === 'min') return side === 'low' && unknown > 0 ? Number.NEGATIVE_INFINITY : least
      if (unknown > 0) return Number.NaN
      return how === 'sum' ? total : total / known
    }
  return { low: over('low'), high: over('high') }
}
