import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { expect, test } from 'vitest'
import { startProduct } from '../support/product.ts'

interface Credential {
  readonly mqtt: { readonly username: string; readonly password: string }
}

test('with publish on, the box itself stands in discovery, for who has the credential', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'linli-ha-out-'))
  const file = join(folder, 'linli.yaml')
  writeFileSync(file, 'adapters: {homeassistant: {publish: true}}\n')
  const product = await startProduct({ env: { LINLI_CONFIG: file } })
  try {
    const below = 'linli/v1/demo/gateway'
    const prefixes = ['homeassistant/#', `${below}/ha/#`, `${below}/status`]
    const { mqtt } = await product.call<Credential>('POST', '/mqtt-credentials', {
      kind: 'adapter',
      prefixes,
    })
    const client = await connectAsync(product.mqttUrl, mqtt)
    try {
      const heard = new Map<string, string>()
      client.on('message', (topic, payload) => heard.set(topic, payload.toString()))
      await client.subscribeAsync(prefixes, { qos: 1 })
      const config = 'homeassistant/device/linli/demo_gateway/config'
      const wanted = [config, `${below}/ha/gateway`, `${below}/status`]
      await expect
        .poll(() => wanted.every((topic) => heard.has(topic)), { timeout: 15_000 })
        .toBe(true)
      expect(heard.get(`${below}/status`)).toBe('online')
      expect(heard.get(`${below}/ha/gateway`)).toBe('{"anomalies":0,"alarm":"OFF"}')
      expect(heard.get(config)).toContain('"stat_t":"linli/v1/demo/gateway/ha/gateway"')
      await expect(client.subscribeAsync(`${below}/event`)).rejects.toThrow()
    } finally {
      client.end(true)
    }
  } finally {
    await product.close()
    rmSync(folder, { recursive: true, force: true })
  }
}, 60_000)
