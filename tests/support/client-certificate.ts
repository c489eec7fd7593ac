import 'reflect-metadata'
import { webcrypto as crypto } from 'node:crypto'
import {
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  PemConverter,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'
import type { KeyAndCertificate } from '../../gateway/supervisor/certificate.ts'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/** What a broker with `require_certificate` asks of its clients. */
export async function signClient(
  authority: KeyAndCertificate,
  name: string,
  now: number,
): Promise<KeyAndCertificate> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const signingKey = await crypto.subtle.importKey(
    'pkcs8',
    PemConverter.decodeFirst(authority.keyPem),
    algorithm,
    false,
    ['sign'],
  )
  const certificate = await X509CertificateGenerator.create(
    {
      serialNumber: '40aa',
      subject: [{ CN: [name] }],
      issuer: new X509Certificate(authority.certificatePem).subjectName,
      notBefore: new Date(now - 3_600_000),
      notAfter: new Date(now + 3_600_000),
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      signingKey,
      extensions: [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])],
    },
    crypto,
  )
  const key = PemConverter.encode(
    await crypto.subtle.exportKey('pkcs8', keys.privateKey),
    'PRIVATE KEY',
  )
  return { keyPem: key, certificatePem: certificate.toString('pem') }
}
