import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createServer, type SecureVersion } from 'node:tls'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { dayMs } from '../../contracts/clock.ts'
import {
  certificateNames,
  ensureTls,
  type TlsFiles,
} from '../../gateway/supervisor/tls-authority.ts'

let dir: string
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'linli-tls-'))))
afterEach(() => rmSync(dir, { recursive: true }))

const names = certificateNames('box', ['192.168.1.7', 'fe80::1%eth0'])

/** Shakes hands with a server that holds the files; the negotiated version, or the error's code. */
async function shake(
  files: TlsFiles,
  client: { ca?: string; host?: string; version?: SecureVersion },
): Promise<string> {
  const server = createServer({
    cert: readFileSync(files.certFile),
    key: readFileSync(files.keyFile),
    minVersion: 'TLSv1.2',
  })
  server.on('tlsClientError', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const host = client.host ?? 'localhost'
  const socket = connect({
    port,
    host: '127.0.0.1',
    ...(host === '127.0.0.1' ? {} : { servername: host }),
    ...(client.ca === undefined ? {} : { ca: client.ca }),
    ...(client.version === undefined
      ? {}
      : {
          minVersion: client.version,
          maxVersion: client.version,
          // OpenSSL 3 refuses TLS 1.1 on the client's side already unless told otherwise.
          ciphers: 'DEFAULT@SECLEVEL=0',
        }),
  })
  try {
    return await new Promise<string>((resolve) => {
      socket.once('secureConnect', () => resolve(socket.getProtocol() ?? 'none'))
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    })
  } finally {
    socket.destroy()
    server.close()
    await once(server, 'close')
  }
}

describe('the certificate authority of the box', () => {
  test('check 2: a client with the CA connects by TLS 1.2 and 1.3, and TLS 1.1 is refused', async () => {
    const files = await ensureTls(dir, names, Date.now)
    const ca = readFileSync(files.caFile, 'utf8')
    expect(await shake(files, { ca })).toBe('TLSv1.3')
    expect(await shake(files, { ca, version: 'TLSv1.2' })).toBe('TLSv1.2')
    expect(await shake(files, { ca, version: 'TLSv1.1' })).toMatch(/ALERT_PROTOCOL_VERSION/)
    expect(await shake(files, { ca, host: '127.0.0.1' })).toBe('TLSv1.3')
    expect(await shake(files, { ca, host: 'box.local' })).toBe('TLSv1.3')
  })

  test('check 2: nobody trusts it unasked, and it does not speak for other names', async () => {
    const files = await ensureTls(dir, names, Date.now)
    const ca = readFileSync(files.caFile, 'utf8')
    expect(await shake(files, {})).toMatch(/SELF_SIGNED|UNABLE_TO/)
    expect(await shake(files, { ca, host: 'bank.example' })).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
  })

  test('keys are for the owner only', async () => {
    const files = await ensureTls(dir, names, Date.now)
    for (const file of [files.keyFile, join(dir, 'ca.key')])
      expect(statSync(file).mode & 0o777, file).toBe(0o600)
    expect(statSync(dir).mode & 0o777).toBe(0o700)
  })

  test('a second start keeps both: people who trusted the CA need not do it again', async () => {
    const first = await ensureTls(dir, names, Date.now)
    const pem = readFileSync(first.certFile, 'utf8')
    const second = await ensureTls(dir, names, Date.now)
    expect(second).toEqual({ ...first, renewed: false })
    expect(readFileSync(second.certFile, 'utf8')).toBe(pem)
  })

  test('it renews before the end and when the box got another address, under the same CA', async () => {
    const now = Date.now()
    const first = await ensureTls(dir, names, () => now)
    const moved = await ensureTls(dir, [...names, '10.0.0.9'], () => now)
    expect(moved.renewed).toBe(true)
    const certificate = new X509Certificate(readFileSync(moved.certFile, 'utf8'))
    expect(certificate.checkIP('10.0.0.9')).toBe('10.0.0.9')
    const late = await ensureTls(dir, [...names, '10.0.0.9'], () => now + 370 * dayMs)
    expect(late.renewed).toBe(true)
    expect(late.caFingerprint).toBe(first.caFingerprint)
  })

  test('names of a certificate: host, loopback and addresses, without zone indices', () => {
    expect(names).toEqual(['box', 'box.local', 'localhost', '127.0.0.1', '::1', '192.168.1.7'])
    expect(certificateNames('bad host!', [])).toEqual(['localhost', '127.0.0.1', '::1'])
  })
})
