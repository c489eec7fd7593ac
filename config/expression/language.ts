import { Environment } from '@marcbachmann/cel-js'
import { readingUnits } from '../../contracts/readings.ts'
import type { ScopeKind } from './expr.ts'

/** Bounds of one expression; what is larger is refused when it is loaded. */
export const expressionLimits = { characters: 2_000, nodes: 200, depth: 16 } as const

const typeOfReading = (unit: string | null): 'double' | 'bool' =>
  unit === null ? 'bool' : 'double'

/** Names of the contract's readings, with the type that they have in expressions. */
export const readingTypes: ReadonlyMap<string, 'double' | 'bool'> = new Map(
  Object.entries(readingUnits).map(([name, unit]) => [name, typeOfReading(unit)]),
)
export const scopeNames: ReadonlySet<string> = new Set<ScopeKind>([
  'household',
  'place',
  'stairwell',
  'grid',
  'community',
])
export const textNames: ReadonlySet<string> = new Set([
  'deviceId',
  'deviceType',
  'placeName',
  'gridId',
])

/** Types of the checker that no value ever has. */
class ScopeType {
  readonly kind = 'scope'
}
class DeviceType {
  readonly kind = 'device'
}

/** The checker asks for a function where it only wants types: expressions are never run by it here. */
const never = (): never => {
  throw new Error('expressions are evaluated by gateway/rules/expression')
}

const signatures = [
  'number(string): double',
  'flag(string): bool',
  'mode(string): bool',
  'watchedFor(string): bool',
  'device(string): Device',
  'known(double): bool',
  'known(bool): bool',
  'abs(double): double',
  'mean(double, string): double',
  'min(double, string): double',
  'max(double, string): double',
  'rate(double, string): double',
  'change(double, string): double',
  'used(double, string): double',
  'still(double, string): double',
  'times(bool, string): double',
  'quiet(bool, string): bool',
  'held(bool, string): bool',
  'Device.number(string): double',
  'Device.flag(string): bool',
  'Scope.ofType(string): Scope',
  'Scope.others(): Scope',
  'Scope.count(bool): double',
  'Scope.any(bool): bool',
  'Scope.all(bool): bool',
  'Scope.min(double): double',
  'Scope.max(double): double',
  'Scope.mean(double): double',
  'Scope.sum(double): double',
] as const

/** The typed environment of rule expressions: a name that is not here is refused at load. */
export function ruleEnvironment(): Environment {
  const environment = new Environment({
    limits: {
      maxAstNodes: expressionLimits.nodes,
      maxDepth: expressionLimits.depth,
      maxListElements: 16,
      maxMapEntries: 0,
      maxCallArguments: 2,
    },
  })
  environment.registerType('Scope', ScopeType)
  environment.registerType('Device', {
    ctor: DeviceType,
    fields: Object.fromEntries(readingTypes),
  })
  for (const [name, type] of readingTypes) environment.registerVariable(name, type)
  for (const name of ['hour', 'weekday']) environment.registerVariable(name, 'double')
  for (const name of textNames) environment.registerVariable(name, 'string')
  for (const name of scopeNames) environment.registerVariable(name, 'Scope')
  for (const signature of signatures) environment.registerFunction(signature, never)
  // CEL keeps whole numbers and fractions apart; who writes a rule need not.
  environment.registerOperator('double == int: bool', never)
  for (const op of ['+', '-', '*', '/']) {
    environment.registerOperator(`double ${op} int`, never)
    environment.registerOperator(`int ${op} double`, never)
  }
  return environment
}
