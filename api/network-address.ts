import { isIP } from 'node:net'
import { isLoopback } from '../config/env.ts'
import type { Listening, ListenOptions } from './listen.ts'

const isWildcard = (host: string): boolean => host === '0.0.0.0' || host === '::'

const at = (scheme: string, host: string, port: number): string =>
  `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`

/**
 * Where devices of the network reach this box. Plaintext before TLS, where somebody accepted it: a small device
 * knows no authority of ours. On loopback only, that address: right for a device on this machine, and said so.
 */
export function networkAddress(
  options: ListenOptions,
  listening: Pick<Listening, 'httpPort' | 'httpsPort'>,
  addresses: readonly string[],
): string {
  const outside = addresses.find((one) => isIP(one) === 4 && !isLoopback(one))
  const seen = (host: string): string | null => {
    if (isLoopback(host)) return null
    return isWildcard(host) ? (outside ?? null) : host
  }
  const plain = seen(options.http.host)
  if (plain !== null) return at('http', plain, listening.httpPort)
  const { https } = options
  const secure = https === null ? null : seen(https.host)
  if (secure !== null && listening.httpsPort !== null)
    return at('https', secure, listening.httpsPort)
  return at(
    'http',
    isLoopback(options.http.host) ? options.http.host : '127.0.0.1',
    listening.httpPort,
  )
}

/** True where only this machine reaches the address. */
export const isLocalOnly = (address: string): boolean =>
  isLoopback(new URL(address).hostname.replaceAll(/[[\]]/g, ''))
