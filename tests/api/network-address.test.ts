import { expect, it } from 'vitest'
import type { ListenOptions } from '../../api/listen.ts'
import { isLocalOnly, networkAddress } from '../../api/network-address.ts'

const tls = { key: '', cert: '' }
const options = (http: string, https: string | null): ListenOptions => ({
  http: { host: http, port: 0 },
  plaintextAcceptedBy: 'Wang Fang',
  https: https === null ? null : { host: https, port: 0, tls },
})
const ports = { httpPort: 8_080, httpsPort: 8_443 }
const own = ['127.0.0.1', '::1', 'fe80::1', '192.168.10.2']

/** A loudspeaker that is sent to 0.0.0.0 or to its own loopback is a loudspeaker that says nothing. */
it('names what a device of the network reaches: plaintext where it was accepted, else TLS', () => {
  const at = (http: string, https: string | null, addresses = own) =>
    networkAddress(options(http, https), ports, addresses)
  expect(at('0.0.0.0', '0.0.0.0')).toBe('http://192.168.10.2:8080')
  expect(at('192.168.10.3', null)).toBe('http://192.168.10.3:8080')
  expect(at('127.0.0.1', '0.0.0.0')).toBe('https://192.168.10.2:8443')
  expect(at('127.0.0.1', 'fd00::2')).toBe('https://[fd00::2]:8443')
  for (const nowhere of [at('127.0.0.1', null), at('0.0.0.0', null, ['127.0.0.1'])])
    expect([nowhere, isLocalOnly(nowhere)]).toEqual(['http://127.0.0.1:8080', true])
  expect(isLocalOnly('http://192.168.10.2:8080')).toBe(false)
  expect(isLocalOnly('https://[::1]:8443')).toBe(true)
})
