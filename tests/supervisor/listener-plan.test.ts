import { describe, expect, test } from 'vitest'
import { readEnv } from '../../config/env.ts'
import { parseConfig } from '../../config/file.ts'
import { addressesOf, networkAddress } from '../../gateway/supervisor/addresses.ts'
import { planListeners } from '../../gateway/supervisor/listener-plan.ts'

const plan = (env: Record<string, string>, yaml = '') =>
  planListeners(readEnv(env), parseConfig(yaml, 'test.yaml', '/'))
const accepted = 'http: {plaintextAcceptedBy: Wang}\nbroker: {plaintextAcceptedBy: Wang}\n'

describe('who listens where', () => {
  test('by default plaintext on loopback and nothing else', () => {
    expect(plan({})).toEqual({
      http: { host: '127.0.0.1', port: 8_080 },
      mqtt: { host: '127.0.0.1', port: 1_883 },
      https: null,
      mqtts: null,
      keptOnLoopback: [],
    })
  })

  test('check 2: off loopback, 1883 and 8080 are closed to the network and TLS is open', () => {
    for (const bind of ['0.0.0.0', '::', '192.168.1.7']) {
      const listeners = plan({ LINLI_BIND: bind })
      expect(listeners.http.host).toBe('127.0.0.1')
      expect(listeners.mqtt?.host).toBe('127.0.0.1')
      expect(listeners.https).toEqual({ host: bind, port: 8_443 })
      expect(listeners.mqtts).toEqual({ host: bind, port: 8_883 })
      expect(listeners.keptOnLoopback).toEqual(['http', 'mqtt'])
    }
  })

  test('check 2: plaintext leaves the machine only where the configuration says who accepted it', () => {
    const both = plan({ LINLI_BIND: '0.0.0.0' }, accepted)
    expect(both.http.host).toBe('0.0.0.0')
    expect(both.mqtt?.host).toBe('0.0.0.0')
    expect(both.keptOnLoopback).toEqual([])
    const mqttOnly = plan({ LINLI_BIND: '0.0.0.0' }, 'broker: {plaintextAcceptedBy: Wang}')
    expect(mqttOnly.http.host).toBe('127.0.0.1')
    expect(mqttOnly.mqtt?.host).toBe('0.0.0.0')
  })

  test('ports that were given are used; TLS on loopback too', () => {
    const env = { LINLI_HTTPS_PORT: '9443', LINLI_MQTTS_PORT: '0', LINLI_HTTP_PORT: '80' }
    expect(plan(env)).toMatchObject({
      http: { host: '127.0.0.1', port: 80 },
      https: { host: '127.0.0.1', port: 9_443 },
      mqtts: { host: '127.0.0.1', port: 0 },
    })
  })

  test('with an external broker no MQTT port is opened, and its password is in no file', () => {
    const url = 'mqtts://user:secret@broker.lan:8883'
    const listeners = plan({ LINLI_BIND: '0.0.0.0' }, `broker: {url: "${url}"}`)
    expect(listeners.mqtt).toBeNull()
    expect(listeners.mqtts).toBeNull()
    expect(listeners.keptOnLoopback).toEqual(['http'])
    expect(addressesOf(listeners, url).mqtt).toBe('mqtts://broker.lan:8883')
  })

  test('addresses that are written down reach the listeners from this machine', () => {
    const addresses = addressesOf(plan({ LINLI_BIND: '::' }, accepted), null)
    expect(addresses).toEqual({
      http: 'http://127.0.0.1:8080',
      mqtt: 'mqtt://127.0.0.1:1883',
      https: 'https://127.0.0.1:8443',
      mqtts: 'mqtts://127.0.0.1:8883',
    })
    expect(networkAddress(plan({ LINLI_BIND: '::1' }), ['10.0.0.2'])).toBeNull()
    expect(networkAddress(plan({ LINLI_BIND: '0.0.0.0' }), ['127.0.0.1', '::1', '10.0.0.2'])).toBe(
      'https://10.0.0.2:8443',
    )
  })
})
