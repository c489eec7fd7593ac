import { isIP } from 'node:net'
import {
  type Network,
  blockList,
  neverNetworks,
  parseNetwork,
  unmapped,
} from '../../config/networks.ts'

const loopback = ['127.0.0.0/8', '::1/128']
/** `::`, `::1` and the IPv4-compatible addresses; `::1` is asked for before. */
const lowest = '::/96'

const parse = (text: string): Network => parseNetwork(text, 'cameras.allowedNetworks')

export interface AllowedNetworks {
  /** Why an IP address may not be connected to; null where it may. */
  whyNot(ip: string): string | null
}

/**
 * @param list CIDRs of `cameras.allowedNetworks`; a loopback address is allowed only by an entry that
 * lies within loopback itself: `0.0.0.0/0` does not open this machine
 * @throws CodedError `config.invalid` where an entry is no network
 */
export function allowedNetworks(list: readonly string[]): AllowedNetworks {
  const networks = list.map(parse)
  const forbidden = blockList(neverNetworks.map(parse))
  const own = blockList(loopback.map(parse))
  const bottom = blockList([parse(lowest)])
  const isOwn = (network: Network): boolean =>
    own.check(network.address, network.family) &&
    network.prefixBits >= (network.family === 'ipv4' ? 8 : 128)
  const allowedOwn = blockList(networks.filter(isOwn))
  const allowed = blockList(networks)
  return {
    whyNot(ip) {
      const plain = unmapped(ip)
      const version = isIP(plain)
      if (version === 0) return 'no IP address'
      const family = version === 4 ? 'ipv4' : 'ipv6'
      if (own.check(plain, family))
        return allowedOwn.check(plain, family) ? null : 'an address of this machine itself'
      if (forbidden.check(plain, family) || bottom.check(plain, family))
        return 'an address that no camera has'
      return allowed.check(plain, family) ? null : 'in no allowed network (cameras.allowedNetworks)'
    },
  }
}
