import { limits } from '../../contracts/limits.ts'
import { readingNamePattern } from '../../contracts/payloads.ts'
import type { Input } from '../model/input.ts'

const namePattern = new RegExp(readingNamePattern)
const stringMax = 1_024

/** Whether what an adapter made could also have come in under contract v1. */
export function usableInput(input: Input): boolean {
  if (input.kind !== 'reading') return true
  const { name, value, ts, receivedAt } = input
  if (!namePattern.test(name)) return false
  if (ts > receivedAt + limits.timestampFutureMaxMs) return false
  if (typeof value === 'number') return Number.isFinite(value)
  return typeof value === 'boolean' || value.length <= stringMax
}
