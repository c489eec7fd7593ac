import { X509Certificate } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { type Clock, dayMs } from '../../contracts/clock.ts'
import type { KeyAndCertificate } from './certificate.ts'
import { writeWhole } from './home.ts'

/** Less than this left, and a new server certificate is made. */
const renewBeforeMs = 30 * dayMs
const namesMax = 100

export interface TlsFiles {
  readonly caFile: string
  readonly certFile: string
  readonly keyFile: string
  /** SHA-256 of the authority's certificate, `AB:CD:…`: for people to compare. */
  readonly caFingerprint: string
  /** A new server certificate was made just now. */
  readonly renewed: boolean
}

/** Zone indices (`fe80::1%eth0`) name an interface, not an address; certificates cannot carry them. */
export const certificateNames = (hostname: string, addresses: readonly string[]): string[] => {
  const host = /^[A-Za-z0-9.-]{1,253}$/.test(hostname) ? [hostname.toLowerCase()] : []
  const local = host.flatMap((name) => (name.includes('.') ? [name] : [name, `${name}.local`]))
  const plain = addresses.filter((address) => isIP(address) !== 0 && !address.includes('%'))
  const names = [...local, 'localhost', '127.0.0.1', '::1', ...plain]
  return [...new Set(names)].slice(0, namesMax)
}

const readPair = (keyFile: string, certFile: string): KeyAndCertificate | null =>
  existsSync(keyFile) && existsSync(certFile)
    ? { keyPem: readFileSync(keyFile, 'utf8'), certificatePem: readFileSync(certFile, 'utf8') }
    : null

/** True while the certificate is the authority's, covers every name and does not end soon. */
function serves(
  pair: KeyAndCertificate,
  ca: X509Certificate,
  names: readonly string[],
  now: number,
) {
  const certificate = new X509Certificate(pair.certificatePem)
  const covers = (name: string): boolean =>
    (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined
  const leftMs = Date.parse(certificate.validTo) - now
  return leftMs > renewBeforeMs && certificate.verify(ca.publicKey) && names.every(covers)
}

function save(pair: KeyAndCertificate, keyFile: string, certFile: string, chain = ''): void {
  // The key first: a certificate without its key is never seen.
  writeWhole(keyFile, pair.keyPem, 0o600)
  writeWhole(certFile, `${pair.certificatePem}\n${chain}`, 0o644)
}

/**
 * Makes the box's own certificate authority at the first call and keeps a server certificate valid for
 * `names` in `dir`. The authority's key is readable by its owner only and never leaves this folder.
 */
export async function ensureTls(
  dir: string,
  names: readonly string[],
  clock: Clock,
): Promise<TlsFiles> {
  // Loaded here: a box that speaks no TLS need not wait for the ASN.1 library.
  const { makeAuthority, signServer } = await import('./certificate.ts')
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  chmodSync(dir, 0o700)
  const caFile = join(dir, 'ca.pem')
  const caKeyFile = join(dir, 'ca.key')
  const certFile = join(dir, 'server.pem')
  const keyFile = join(dir, 'server.key')
  let authority = readPair(caKeyFile, caFile)
  if (authority === null) {
    authority = await makeAuthority(`Linli ${names[0] ?? ''}`.trim(), clock())
    save(authority, caKeyFile, caFile)
  }
  const ca = new X509Certificate(authority.certificatePem)
  const files = { caFile, certFile, keyFile, caFingerprint: ca.fingerprint256 }
  const pair = readPair(keyFile, certFile)
  if (pair !== null && serves(pair, ca, names, clock())) return { ...files, renewed: false }
  save(await signServer(authority, names, clock()), keyFile, certFile, authority.certificatePem)
  return { ...files, renewed: true }
}
