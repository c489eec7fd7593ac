import { BlockList, isIP } from 'node:net'
import { CodedError } from '../contracts/errors.ts'

/**
 * Never called, whatever is listed: this host, link-local (with every cloud's metadata service),
 * multicast, reserved, metadata addresses outside link-local (AWS IPv6, Alibaba, Azure), and IPv6
 * forms that carry an IPv4 address (NAT64, 6to4, IPv4-compatible). RFC 6890, RFC 4291.
 */
export const neverNetworks = [
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
export interface Network {
  readonly address: string
  readonly prefixBits: number
  readonly family: 'ipv4' | 'ipv6'
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

/** @throws CodedError `config.invalid` where the text is no network; `key` says where it stood */
export function parseNetwork(text: string, key: string): Network {
  const [address = '', bits, more] = text.trim().split('/')
  const version = isIP(address)
  const widest = version === 4 ? 32 : 128
  const prefixBits = bits === undefined ? widest : Number(bits)
  const wrong =
    version === 0 ||
    more !== undefined ||
    (bits !== undefined && !/^\d{1,3}$/.test(bits)) ||
    prefixBits > widest
  if (wrong) throw new CodedError('config.invalid', `${key}: "${text}" is no network`)
  return { address, prefixBits, family: version === 4 ? 'ipv4' : 'ipv6' }
}

export function blockList(networks: readonly Network[]): BlockList {
  const list = new BlockList()
  for (const { address, prefixBits, family } of networks)
    list.addSubnet(address, prefixBits, family)
  return list
}
