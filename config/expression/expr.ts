/**
 * An expression after it was parsed and checked: plain data, two kinds of value. Numbers and flags may be
 * unknown at any moment; texts never are.
 */
export type WindowStatistic =
  | 'mean'
  | 'min'
  | 'max'
  | 'rate'
  | 'change'
  | 'used'
  | 'still'
  | 'times'
export type ScopeKind = 'device' | 'household' | 'place' | 'stairwell' | 'grid' | 'community'
export type Comparison = '<' | '<=' | '>' | '>=' | '==' | '!='

/** Whose devices are asked: those around the subject, or one by its id. */
export interface Scope {
  readonly kind: ScopeKind
  /** Set where `kind` is `device`: the one of this id. */
  readonly id: string | null
  /** Roster types; null: all. */
  readonly types: readonly string[] | null
  /** Without the device that the rule is about. */
  readonly others: boolean
}

export type NumberExpr =
  | { readonly k: 'number'; readonly value: number }
  | { readonly k: 'reading'; readonly name: string; readonly of: Scope | null }
  | { readonly k: 'clock'; readonly what: 'hour' | 'weekday' }
  | {
      readonly k: 'arithmetic'
      readonly op: '+' | '-' | '*' | '/'
      readonly a: NumberExpr
      readonly b: NumberExpr
    }
  | { readonly k: 'negative' | 'absolute'; readonly a: NumberExpr }
  | {
      readonly k: 'choice'
      readonly test: FlagExpr
      readonly a: NumberExpr
      readonly b: NumberExpr
    }
  | {
      readonly k: 'window'
      readonly statistic: WindowStatistic
      readonly name: string
      readonly ms: number
    }
  | { readonly k: 'count'; readonly scope: Scope; readonly test: FlagExpr }
  | {
      readonly k: 'fold'
      readonly how: 'min' | 'max' | 'mean' | 'sum'
      readonly scope: Scope
      readonly a: NumberExpr
    }

export type FlagExpr =
  | { readonly k: 'flag'; readonly value: boolean }
  | { readonly k: 'reading'; readonly name: string; readonly of: Scope | null }
  | { readonly k: 'not'; readonly a: FlagExpr }
  | { readonly k: 'and' | 'or' | 'same'; readonly a: FlagExpr; readonly b: FlagExpr }
  | {
      readonly k: 'compare'
      readonly op: Comparison
      readonly a: NumberExpr
      readonly b: NumberExpr
    }
  | { readonly k: 'text'; readonly a: TextExpr; readonly oneOf: readonly TextExpr[] }
  | { readonly k: 'choice'; readonly test: FlagExpr; readonly a: FlagExpr; readonly b: FlagExpr }
  | {
      readonly k: 'window'
      readonly statistic: 'quiet' | 'held'
      readonly name: string
      readonly ms: number
    }
  | { readonly k: 'mode'; readonly mode: string }
  | { readonly k: 'watched'; readonly ms: number }
  | { readonly k: 'known'; readonly number: NumberExpr | null; readonly flag: FlagExpr | null }
  | {
      readonly k: 'some'
      readonly how: 'any' | 'all'
      readonly scope: Scope
      readonly test: FlagExpr
    }

export type TextExpr =
  | { readonly k: 'text'; readonly value: string }
  | { readonly k: 'attribute'; readonly of: 'deviceId' | 'deviceType' | 'placeName' | 'gridId' }

/** Why an expression was refused, and where in it, in characters from its beginning. */
export class ExpressionRefused extends Error {
  readonly offset: number
  constructor(message: string, offset: number) {
    super(message)
    this.name = 'ExpressionRefused'
    this.offset = offset
  }
}
