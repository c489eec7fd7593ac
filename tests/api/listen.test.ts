import { type ChildProcess, fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { request as httpsRequest } from 'node:https'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { listen } from '../../api/listen.ts'
import { ensureTls } from '../../gateway/supervisor/tls-authority.ts'
import { type TestApi, startTestApi } from './support/api.ts'

const closing: (() => Promise<unknown> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})
const start = async (): Promise<TestApi> => {
  const test = await startTestApi()
  closing.push(() => test.close())
  return test
}
const temporary = async (): Promise<string> => {
  const dir = await mkdtemp(join(tmpdir(), 'linli-listen-'))
  closing.push(() => rm(dir, { recursive: true, force: true, maxRetries: 3 }))
  return dir
}

/** A key and certificate of this test's own, from the box's own authority. */
async function ownTls() {
  const files = await ensureTls(await temporary(), ['linli.test'], Date.now)
  return {
    key: readFileSync(files.keyFile),
    cert: readFileSync(files.certFile),
    ca: readFileSync(files.caFile),
  }
}

const reaches = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port }, () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })

const outside = Object.values(networkInterfaces())
  .flat()
  .find(
    (address) => address !== undefined && !address.internal && address.family === 'IPv4',
  )?.address

describe('check 2: plaintext HTTP is closed off-loopback, TLS is 1.2 and up', () => {
  it('refuses to listen in plaintext where others can reach it, unless somebody accepted it', async () => {
    const test = await start()
    const wanted = { http: { host: '0.0.0.0', port: 0 }, https: null }
    await expect(
      listen(test.api.app, { ...wanted, plaintextAcceptedBy: null }),
    ).rejects.toMatchObject({ code: 'config.invalid' })
    const other = await start()
    const accepted = await listen(other.api.app, { ...wanted, plaintextAcceptedBy: 'Wang Fang' })
    expect(await reaches('127.0.0.1', accepted.httpPort)).toBe(true)
  })

  it('serves TLS on every address while plaintext answers on this machine only', async () => {
    const test = await start()
    const tls = await ownTls()
    const listening = await listen(test.api.app, {
      http: { host: '127.0.0.1', port: 0 },
      plaintextAcceptedBy: null,
      https: { host: '0.0.0.0', port: 0, tls },
    })
    closing.push(() => listening.close())
    const port = listening.httpsPort ?? 0
    if (outside !== undefined) {
      expect(await reaches(outside, listening.httpPort)).toBe(false)
      expect(await reaches(outside, port)).toBe(true)
    }
    const body = JSON.stringify({ username: 'admin', password: 'correct horse battery' })
    const headers = await new Promise<NodeJS.Dict<string | string[]>>((resolve, reject) => {
      const request = httpsRequest(
        {
          host: '127.0.0.1',
          port,
          path: '/api/v1/auth/login',
          method: 'POST',
          ca: tls.ca,
          servername: 'linli.test',
          headers: { 'content-type': 'application/json', 'content-length': body.length },
        },
        (response) => {
          response.resume()
          resolve(response.headers)
        },
      )
      request.on('error', reject)
      request.end(body)
    })
    expect(String(headers['set-cookie'])).toMatch(/HttpOnly; Secure; SameSite=Lax/)
    await expect(handshake(port, tls.ca, 'TLSv1.1')).rejects.toThrow()
    expect(await handshake(port, tls.ca, 'TLSv1.2')).toBe('TLSv1.2')
  })
})

function handshake(
  port: number,
  ca: Buffer,
  version: 'TLSv1.1' | 'TLSv1.2',
): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const socket = connectTls(
      {
        host: '127.0.0.1',
        port,
        ca,
        minVersion: version,
        maxVersion: version,
        ciphers: 'DEFAULT@SECLEVEL=0',
        servername: 'linli.test',
      },
      () => {
        resolve(socket.getProtocol())
        socket.destroy()
      },
    )
    socket.on('error', reject)
  })
}

it('names a port that is taken', async () => {
  const options = { plaintextAcceptedBy: null, https: null }
  const first = await start()
  const { httpPort } = await listen(first.api.app, {
    ...options,
    http: { host: '127.0.0.1', port: 0 },
  })
  const second = await start()
  await expect(
    listen(second.api.app, { ...options, http: { host: '127.0.0.1', port: httpPort } }),
  ).rejects.toMatchObject({ code: 'port.in-use' })
})

describe('the built api process', () => {
  const server = fileURLToPath(new URL('../../dist/api/server.js', import.meta.url))
  const run = (env: Record<string, string>): ChildProcess => {
    const child = fork(server, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    closing.push(
      () =>
        new Promise<void>((resolve) => {
          if (child.exitCode !== null || child.signalCode !== null) return resolve()
          child.once('exit', () => resolve())
          child.kill('SIGKILL')
        }),
    )
    return child
  }

  it('says when it listens, stops gently, and keeps what it answered', async () => {
    const home = await temporary()
    const env = {
      LINLI_HOME: home,
      LINLI_HTTP_PORT: '0',
      LINLI_BIND: '127.0.0.1',
      LINLI_ADMIN_PASSWORD: 'correct horse battery',
    }
    const child = run(env)
    const message = await new Promise<{ type: string; httpPort: number }>((resolve, reject) => {
      child.once('message', resolve as (value: unknown) => void)
      child.once('exit', (code) => reject(new Error(`exit ${code}`)))
    })
    expect(message.type).toBe('listening')
    const answer = await fetch(`http://127.0.0.1:${message.httpPort}/api/v1/ready`)
    expect(answer.status).toBe(200)
    const exit = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    expect(await exit).toBe(0)
  }, 30_000)

  it('ends with a coded line where the configuration is wrong', async () => {
    const child = run({ LINLI_HOME: await temporary(), LINLI_HTTP_PORT: 'eighty' })
    let text = ''
    child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()))
    const code = await new Promise((resolve) => child.once('close', resolve))
    expect(code).toBe(1)
    expect(JSON.parse(text)).toMatchObject({ code: 'config.invalid', part: 'api' })
  }, 30_000)
})
