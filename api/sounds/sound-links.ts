import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../contracts/clock.ts'

/** Which sound one loudspeaker may fetch, and until when. */
export interface SoundGrant {
  readonly sha256: string
  readonly community: string
  readonly device: string
  readonly until: number
}

export interface SoundLinks {
  /** The address for a loudspeaker, which has no account; good for that sound until it expires. */
  address(base: string, grant: Omit<SoundGrant, 'until'>): string
  holds(grant: SoundGrant, signature: string): boolean
}

/** The key lives as long as the process: after a restart a loudspeaker is told anew. */
export function createSoundLinks(
  { clock, random }: { readonly clock: Clock; readonly random: (bytes: number) => Uint8Array },
  validMs: number,
): SoundLinks {
  const key = random(32)
  const sign = ({ sha256, community, device, until }: SoundGrant): Buffer =>
    createHmac('sha256', key)
      .update(JSON.stringify([sha256, community, device, until]))
      .digest()
  return {
    address(base, asked) {
      const grant = { ...asked, until: clock() + validMs }
      const query = new URLSearchParams({
        community: grant.community,
        device: grant.device,
        until: String(grant.until),
        signature: sign(grant).toString('base64url'),
      })
      return `${base}/api/v1/broadcasts/sounds/${grant.sha256}.mp3?${query.toString()}`
    },
    holds(grant, signature) {
      const given = Buffer.from(signature, 'base64url')
      const expected = sign(grant)
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false
      return clock() <= grant.until
    },
  }
}
