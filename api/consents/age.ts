import { CodedError } from '../../contracts/errors.ts'

/** Below it a guardian consents (PIPL 31). */
export const guardianBelowYears = 14

/** Whole years of a person on a local day, both `YYYY-MM-DD`. */
export function ageOn(birthDate: string, day: string): number {
  const years = Number(day.slice(0, 4)) - Number(birthDate.slice(0, 4))
  return day.slice(5) < birthDate.slice(5) ? years - 1 : years
}

/** Refuses what is no day, or one that has not come. */
export function checkBirthDate(birthDate: string, today: string): void {
  const parsed = new Date(`${birthDate}T00:00:00Z`)
  const real = !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(birthDate)
  if (!real || birthDate > today) {
    throw new CodedError('request.invalid', `birthDate ${birthDate}: a day in the past, YYYY-MM-DD`)
  }
}

export const needsGuardian = (birthDate: string | null, today: string): boolean =>
  birthDate !== null && ageOn(birthDate, today) < guardianBelowYears
