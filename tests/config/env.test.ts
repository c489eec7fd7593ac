import { describe, expect, test } from 'vitest'
import { isLoopback, readEnv } from '../../config/env.ts'
import { CodedError } from '../../contracts/errors.ts'

const refusal = (env: NodeJS.ProcessEnv): CodedError => {
  try {
    readEnv(env)
  } catch (error) {
    if (error instanceof CodedError) return error
    throw error
  }
  throw new Error('the environment was accepted')
}

describe('the environment', () => {
  test('an empty one gives the defaults of the contract, so that npm start needs nothing', () => {
    const settings = readEnv({})
    expect(settings).toMatchObject({
      bind: '127.0.0.1',
      httpPort: 8080,
      mqttPort: 1883,
      httpsPort: null,
      mqttsPort: null,
      community: 'home',
      databaseUrl: null,
      adminPassword: null,
      httpBind: '127.0.0.1',
    })
    expect(settings.home).toBe(`${process.cwd()}/data`)
  })

  test('an empty variable is an unset one, as compose files write it', () => {
    expect(readEnv({ LINLI_HTTP_PORT: '', LINLI_HOME: '' }).httpPort).toBe(8080)
  })

  test.each([
    ['LINLI_HTTP_PORT', 'eighty'],
    ['LINLI_HTTP_PORT', '65536'],
    ['LINLI_MQTT_PORT', '-1'],
    ['LINLI_HTTPS_PORT', '1e3'],
    ['LINLI_BIND', 'example.org'],
    ['LINLI_BIND', '999.1.1.1'],
    ['LINLI_COMMUNITY', 'Home Sweet'],
    ['LINLI_DATABASE_URL', 'mysql://x'],
    ['LINLI_ADMIN_PASSWORD', 'x'.repeat(257)],
    ['LINLI_SERVICE_TOKEN', 'short'],
  ])('%s=%s is refused by name, so that the installer knows where to look', (name, value) => {
    const error = refusal({ [name]: value })
    expect(error.code).toBe('config.invalid')
    expect(error.extra['variable']).toBe(name)
    expect(error.message).toContain(name)
  })

  test('a wrong secret is not repeated: messages end up in logs', () => {
    expect(refusal({ LINLI_ADMIN_PASSWORD: 'hunter2'.repeat(99) }).message).not.toMatch(/hunter2/)
    expect(refusal({ LINLI_SERVICE_TOKEN: 'hunter2' }).message).not.toContain('hunter2')
    expect(refusal({ LINLI_DATABASE_URL: 'mysql://u:hunter2@h' }).message).not.toContain('hunter2')
  })

  test('ports at both ends of the range are accepted', () => {
    expect(readEnv({ LINLI_HTTP_PORT: '0', LINLI_MQTT_PORT: '65535' })).toMatchObject({
      httpPort: 0,
      mqttPort: 65_535,
    })
  })

  test('check 2: binding off-loopback leaves the plaintext listeners on loopback', () => {
    expect(readEnv({ LINLI_BIND: '0.0.0.0' })).toMatchObject({
      bind: '0.0.0.0',
      httpBind: '127.0.0.1',
      mqttBind: '127.0.0.1',
    })
  })

  test('loopback is told from addresses that others reach', () => {
    for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost', '::ffff:127.0.0.1'])
      expect(isLoopback(host), host).toBe(true)
    for (const host of ['0.0.0.0', '::', '192.168.1.7', '10.0.0.1', 'fe80::1'])
      expect(isLoopback(host), host).toBe(false)
  })
})
