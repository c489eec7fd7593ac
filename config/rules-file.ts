import { readFileSync, statSync } from 'node:fs'
import { CodedError } from '../contracts/errors.ts'
import { limits } from '../contracts/limits.ts'

/** The text of a rules file. Throws `config.invalid` where it is away, or larger than any rules are. */
export function readRulesFile(path: string): string {
  let text: string
  try {
    const { size } = statSync(path)
    if (size > limits.rulesBytesMax)
      throw new Error(`${size} bytes, at most ${limits.rulesBytesMax}`)
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new CodedError('config.invalid', `${path}:1: ${(error as Error).message}`)
  }
  return text
}
