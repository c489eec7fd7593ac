import 'reflect-metadata'
import { webcrypto as crypto } from 'node:crypto'
import { isIP } from 'node:net'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'
import { dayMs, hourMs } from '../../contracts/clock.ts'

// ECDSA on P-256: what every phone and every microcontroller with TLS 1.2 can verify.
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

const authorityDays = 3_650
/** Apple refuses more than 825 days even from a private authority (support.apple.com/HT210176). */
const serverDays = 397
/** Clocks of devices that have just booted run late. */
const backdatedMs = 24 * hourMs

export interface KeyAndCertificate {
  readonly keyPem: string
  readonly certificatePem: string
}

/** RFC 5280 4.1.2.2: positive, at most 20 octets. */
const serialNumber = (): string =>
  `4${Buffer.from(crypto.getRandomValues(new Uint8Array(15)))
    .toString('hex')
    .slice(1)}`

const exportKey = async (key: crypto.CryptoKey): Promise<string> =>
  PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')

async function importKey(pem: string): Promise<crypto.CryptoKey> {
  const der = PemConverter.decodeFirst(pem)
  return crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign'])
}

const validity = (nowMs: number, days: number) => ({
  notBefore: new Date(nowMs - backdatedMs),
  notAfter: new Date(nowMs + days * dayMs),
})

/** A certificate authority of this box's own: it may sign servers and nothing below itself. */
export async function makeAuthority(name: string, nowMs: number): Promise<KeyAndCertificate> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serialNumber(),
      name: [{ CN: [name] }, { O: ['Linli'] }],
      ...validity(nowMs, authorityDays),
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        await SubjectKeyIdentifierExtension.create(keys.publicKey, false, crypto),
      ],
    },
    crypto,
  )
  return { keyPem: await exportKey(keys.privateKey), certificatePem: certificate.toString('pem') }
}

/** A server certificate for these host names and addresses, signed by the authority. */
export async function signServer(
  authority: KeyAndCertificate,
  names: readonly string[],
  nowMs: number,
): Promise<KeyAndCertificate> {
  const issuer = new X509Certificate(authority.certificatePem)
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.create(
    {
      serialNumber: serialNumber(),
      subject: [{ CN: [names[0] ?? 'linli'] }, { O: ['Linli'] }],
      issuer: issuer.subjectName,
      ...validity(nowMs, serverDays),
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      signingKey: await importKey(authority.keyPem),
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension(
          names.map((name) =>
            isIP(name) === 0 ? { type: 'dns', value: name } : { type: 'ip', value: name },
          ),
        ),
        await SubjectKeyIdentifierExtension.create(keys.publicKey, false, crypto),
        await AuthorityKeyIdentifierExtension.create(issuer, false, crypto),
      ],
    },
    crypto,
  )
  return { keyPem: await exportKey(keys.privateKey), certificatePem: certificate.toString('pem') }
}
