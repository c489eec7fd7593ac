import { BlockList, isIP } from 'node:net'
import { CodedError } from '../../contracts/errors.ts'

/**
 * Never a camera, whatever is listed: this host, link-local (with every cloud's metadata service),
 * multicast, reserved, metadata addresses outside link-local (AWS IPv6, Alibaba, Azure), and IPv6
 * forms that carry an IPv4 address (NAT64, 6to4, IPv4-compatible). RFC 6890, RFC 4291.
 */
const never = [
  '0.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '100.100.100.200/32',
  '168.63.129.16/32',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
  'fd00:ec2::254/128',
  '64:ff9b::/96',
  '2002::/16',
]
const loopback = ['127.0.0.0/8', '::1/128']
/** `::`, `::1` and the IPv4-compatible addresses; `::1` is asked for before. */
const lowest = '::/96'

interface Network {
  readonly address: string
  readonly prefixBits: number
  readonly family: 'ipv4' | 'ipv6'
}

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
  const networks = list.map(parseNetwork)
  const forbidden = blockList(never.map(parseNetwork))
  const own = blockList(loopback.map(parseNetwork))
  const bottom = blockList([parseNetwork(lowest)])
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

/** `::ffff:10.0.0.1`, in every way of writing, is the IPv4 address in it (RFC 4291 2.5.5.2). */
export function unmapped(ip: string): string {
  if (isIP(ip) !== 6 || ip.includes('%')) return ip
  // URL writes an IPv6 address in its one shortest form (RFC 5952).
  const shortest = new URL(`http://[${ip}]/`).hostname
  const hex = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(shortest)
  if (hex === null) return ip
  const high = Number.parseInt(hex[1] ?? '0', 16)
  const low = Number.parseInt(hex[2] ?? '0', 16)
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

function parseNetwork(text: string): Network {
  const [address = '', bits, more] = text.trim().split('/')
  const version = isIP(address)
  const widest = version === 4 ? 32 : 128
  const prefixBits = bits === undefined ? widest : Number(bits)
  const wrong =
    version === 0 ||
    more !== undefined ||
    (bits !== undefined && !/^\d{1,3}$/.test(bits)) ||
    prefixBits > widest
  if (wrong)
    throw new CodedError('config.invalid', `cameras.allowedNetworks: "${text}" is no network`)
  return { address, prefixBits, family: version === 4 ? 'ipv4' : 'ipv6' }
}

function blockList(networks: readonly Network[]): BlockList {
  const list = new BlockList()
  for (const { address, prefixBits, family } of networks)
    list.addSubnet(address, prefixBits, family)
  return list
}
