import type { FastifyInstance } from 'fastify'
import { Compile } from 'typebox/compile'
import { CodedError } from '../../contracts/errors.ts'
import {
  type RulesCheck,
  type RulesInForce,
  RulesReset,
  RulesSet,
  RulesText,
} from '../../contracts/rules.ts'

export interface PrivateRules {
  current(): Promise<RulesInForce>
  check(text: string): Promise<RulesCheck>
  set(text: string, by: string): Promise<RulesInForce>
  reset(by: string): Promise<RulesInForce>
}

const isSet = Compile(RulesSet)
const isText = Compile(RulesText)
const isReset = Compile(RulesReset)

/** The rules in force, and other ones. */
export function rulesRoutes(app: FastifyInstance, rules: PrivateRules): void {
  app.get('/rules', () => rules.current())
  app.put('/rules', (request) => {
    if (!isSet.Check(request.body)) throw new CodedError('request.invalid', 'needs text and by')
    return rules.set(request.body.text, request.body.by)
  })
  app.delete('/rules', (request) => {
    if (!isReset.Check(request.body)) throw new CodedError('request.invalid', 'needs by')
    return rules.reset(request.body.by)
  })
  app.post('/rules/check', (request) => {
    if (!isText.Check(request.body)) throw new CodedError('request.invalid', 'needs text')
    return rules.check(request.body.text)
  })
}
