import type { Comparison, FlagExpr, Scope, ScopeKind } from '../../../config/expression/expr.ts'
import {
  type Asking,
  type Bounds,
  type FlagOf,
  membersOf,
  type NumberOf,
  type Scene,
  valueOf,
} from './scene.ts'
import { certain, numberBounds } from './numbers.ts'
import type { ReadingBook } from './reading-book.ts'
import { watchedFor } from './people.ts'
import { windowFlag } from './window-numbers.ts'

/** What an expression asks for, gathered while it is compiled. */
export interface Needs {
  /** Readings of the device itself, by number. */
  readonly own: Set<number>
  /** Readings of devices around it, by scope. */
  readonly around: Map<ScopeKind, Set<number>>
  readonly windowsMs: Set<number>
  /** Time alone may change it: the hour, a mode, who is at home. */
  clock: boolean
}

export const createNeeds = (): Needs => ({
  own: new Set(),
  around: new Map(),
  windowsMs: new Set(),
  clock: false,
})

/** Trees into functions: no names are looked up and nothing is allocated when they run. */
export class Compiler implements Asking {
  readonly #book: ReadingBook
  readonly #needs: Needs
  /** Set while the question to the members of a scope is compiled. */
  #scope: { readonly kind: ScopeKind; readonly readings: Set<number> } | null = null

  constructor(book: ReadingBook, needs: Needs) {
    this.#book = book
    this.#needs = needs
  }

  reading(name: string, of: Scope | null): number {
    const reading = this.#book.numberOf(name)
    if (of !== null) this.#around(of.kind).add(reading)
    else if (this.#scope === null) this.#needs.own.add(reading)
    else {
      this.#scope.readings.add(reading)
      this.#around(this.#scope.kind).add(reading)
    }
    return reading
  }

  window(name: string, ms: number): number {
    this.#needs.windowsMs.add(ms)
    return this.#book.windowOf(this.#book.numberOf(name), ms)
  }

  needsClock(): void {
    this.#needs.clock = true
  }

  asked<T>(scope: Scope, compile: () => T): { readonly of: T; readonly readings: number[] } {
    const readings = new Set<number>()
    this.#scope = { kind: scope.kind, readings }
    const of = compile()
    this.#scope = null
    return { of, readings: [...readings] }
  }

  flag(expr: FlagExpr): FlagOf {
    switch (expr.k) {
      case 'flag':
        return expr.value ? () => 1 : () => 0
      case 'reading':
        return this.#readingFlag(expr)
      case 'not': {
        const of = this.flag(expr.a)
        return (scene) => not[of(scene)]
      }
      case 'and':
        return and(this.flag(expr.a), this.flag(expr.b))
      case 'or':
        return or(this.flag(expr.a), this.flag(expr.b))
      case 'same': {
        const a = this.flag(expr.a)
        const b = this.flag(expr.b)
        return (scene) => {
          const left = a(scene)
          const right = b(scene)
          return left === 2 || right === 2 ? 2 : left === right ? 1 : 0
        }
      }
      case 'compare':
        return compare(expr.op, numberBounds(this, expr.a), numberBounds(this, expr.b))
      case 'choice': {
        const [test, a, b] = [this.flag(expr.test), this.flag(expr.a), this.flag(expr.b)]
        return (scene) => {
          const answer = test(scene)
          return answer === 2 ? 2 : answer === 1 ? a(scene) : b(scene)
        }
      }
      case 'text':
      case 'window':
      case 'mode':
      case 'watched':
      case 'known':
      case 'some':
        return this.#askingFlag(expr)
    }
  }

  #askingFlag(
    expr: Extract<FlagExpr, { k: 'text' | 'window' | 'mode' | 'watched' | 'known' | 'some' }>,
  ): FlagOf {
    switch (expr.k) {
      case 'text': {
        const of = textOf(expr.a)
        const wanted = expr.oneOf.map(textOf)
        return (scene) => (wanted.some((text) => text(scene) === of(scene)) ? 1 : 0)
      }
      case 'window': {
        const { statistic, name, ms } = expr
        return windowFlag(statistic, this.reading(name, null), this.window(name, ms), ms)
      }
      case 'mode': {
        const { mode } = expr
        this.needsClock()
        return ({ roster, subject, now }) =>
          roster.activeModes(subject.community, now).some((one) => one.mode === mode) ? 1 : 0
      }
      case 'watched': {
        const { ms } = expr
        this.needsClock()
        return (scene) => (watchedFor(scene, ms) ? 1 : 0)
      }
      case 'known': {
        if (expr.flag !== null) {
          const of = this.flag(expr.flag)
          return (scene) => (of(scene) === 2 ? 0 : 1)
        }
        if (expr.number === null) return () => 0
        const of = certain(numberBounds(this, expr.number))
        return (scene) => (Number.isNaN(of(scene)) ? 0 : 1)
      }
      case 'some':
        return this.#some(expr)
    }
  }

  #readingFlag(expr: Extract<FlagExpr, { k: 'reading' }>): FlagOf {
    const reading = this.reading(expr.name, expr.of)
    const { of } = expr
    const id = of?.id ?? null
    if (id === null) return (scene) => told(valueOf(scene, scene.member, reading))
    return (scene) => told(valueOf(scene, scene.find(scene.subject.community, id), reading))
  }

  /** Of nobody nothing is known: an empty place is neither quiet nor alarmed. */
  #some(expr: Extract<FlagExpr, { k: 'some' }>): FlagOf {
    const { scope, how } = expr
    const { of, readings } = this.asked(scope, () => this.flag(expr.test))
    const decides = how === 'any' ? 1 : 0
    return (scene) => {
      const { member } = scene
      let answer: 0 | 1 | 2 = 2
      let unknown = false
      for (const source of membersOf(scene, scope, readings)) {
        scene.member = source
        const one = of(scene)
        if (one === decides) {
          answer = one
          unknown = false
          break
        }
        if (one === 2) unknown = true
        else answer = one
      }
      scene.member = member
      return unknown ? 2 : answer
    }
  }

  #around(kind: ScopeKind): Set<number> {
    const known = this.#needs.around.get(kind)
    if (known !== undefined) return known
    const made = new Set<number>()
    this.#needs.around.set(kind, made)
    return made
  }
}

const told = (value: number): 0 | 1 | 2 => (value === 1 ? 1 : value === 0 ? 0 : 2)

const not = [1, 0, 2] as const

const and =
  (a: FlagOf, b: FlagOf): FlagOf =>
  (scene) => {
    const left = a(scene)
    if (left === 0) return 0
    const right = b(scene)
    if (right === 0) return 0
    return left === 2 || right === 2 ? 2 : 1
  }

const or =
  (a: FlagOf, b: FlagOf): FlagOf =>
  (scene) => {
    const left = a(scene)
    if (left === 1) return 1
    const right = b(scene)
    if (right === 1) return 1
    return left === 2 || right === 2 ? 2 : 0
  }

function textOf(expr: Extract<FlagExpr, { k: 'text' }>['a']): (scene: Scene) => string {
  if (expr.k === 'text') return () => expr.value
  switch (expr.of) {
    case 'deviceId':
      return ({ member }) => member?.id ?? ''
    case 'deviceType':
      return ({ member }) => member?.device.type ?? ''
    case 'placeName':
      return ({ member }) => member?.device.place?.name ?? ''
    case 'gridId':
      return ({ member }) => member?.device.place?.grid ?? ''
  }
}

function compare(op: Comparison, a: Bounds, b: Bounds): FlagOf {
  if (a.low === a.high && b.low === b.high) return compareExact(op, a.low, b.low)
  switch (op) {
    case '<':
      return bounded(a, b, (low, high) => (high < 0 ? 1 : low >= 0 ? 0 : 2))
    case '<=':
      return bounded(a, b, (low, high) => (high <= 0 ? 1 : low > 0 ? 0 : 2))
    case '>':
      return bounded(a, b, (low, high) => (low > 0 ? 1 : high <= 0 ? 0 : 2))
    case '>=':
      return bounded(a, b, (low, high) => (low >= 0 ? 1 : high < 0 ? 0 : 2))
    case '==':
      return bounded(a, b, (low, high) =>
        low > 0 || high < 0 ? 0 : low === 0 && high === 0 ? 1 : 2,
      )
    case '!=':
      return bounded(a, b, (low, high) =>
        low > 0 || high < 0 ? 1 : low === 0 && high === 0 ? 0 : 2,
      )
  }
}

/** By the bounds of the difference. */
const bounded =
  (a: Bounds, b: Bounds, decide: (low: number, high: number) => 0 | 1 | 2): FlagOf =>
  (scene) => {
    const low = a.low(scene) - b.high(scene)
    const high = a.high(scene) - b.low(scene)
    return Number.isNaN(low) || Number.isNaN(high) ? 2 : decide(low, high)
  }

function compareExact(op: Comparison, a: NumberOf, b: NumberOf): FlagOf {
  const flag = (decide: (x: number, y: number) => boolean): FlagOf => {
    return (scene) => {
      const x = a(scene)
      const y = b(scene)
      if (x !== x || y !== y) return 2
      return decide(x, y) ? 1 : 0
    }
  }
  switch (op) {
    case '<':
      return flag((x, y) => x < y)
    case '<=':
      return flag((x, y) => x <= y)
    case '>':
      return flag((x, y) => x > y)
    case '>=':
      return flag((x, y) => x >= y)
    case '==':
      return flag((x, y) => x === y)
    case '!=':
      return flag((x, y) => x !== y)
  }
}
