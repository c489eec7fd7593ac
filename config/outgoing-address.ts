import { isIP } from 'node:net'
import { blockList, neverNetworks, parseNetwork, unmapped } from './networks.ts'

/** This machine, networks of a house, of carriers, for documentation and for measuring (RFC 6890). */
const inside = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '::/96',
  'fc00::/7',
  '2001:db8::/32',
]

const parse = (text: string) => parseNetwork(text, 'notify.allowedAddresses')

export interface OutgoingAddresses {
  /** Why an IP address may not be called; null where it may. */
  whyNot(ip: string): string | null
}

/**
 * What a message may be sent to: the open internet, and inside only the networks that `allowed` names
 * (`notify.allowedAddresses`). Link-local and metadata addresses never.
 */
export function outgoingAddresses(allowed: readonly string[]): OutgoingAddresses {
  const listed = blockList(allowed.map(parse))
  const never = blockList(neverNetworks.map(parse))
  const closed = blockList(inside.map(parse))
  return {
    whyNot(ip) {
      const plain = unmapped(ip)
      const version = isIP(plain)
      if (version === 0) return 'no IP address'
      const family = version === 4 ? 'ipv4' : 'ipv6'
      if (never.check(plain, family)) return 'an address that no message goes to'
      if (!closed.check(plain, family) || listed.check(plain, family)) return null
      return 'inside, and in no allowed network (notify.allowedAddresses)'
    },
  }
}
