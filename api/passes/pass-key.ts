import { CodedError } from '../../contracts/errors.ts'

/** The box's key that hashes codes and signs those of visitors. Throws `visitor.no-pass-key` without one. */
export function passKeyOf({ passKey }: { readonly passKey: string | null }): string {
  if (passKey === null) throw new CodedError('visitor.no-pass-key', 'LINLI_PASS_KEY is not set')
  return passKey
}
