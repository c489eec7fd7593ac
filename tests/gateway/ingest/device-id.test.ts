import { expect, it } from 'vitest'
import {
  deviceId,
  esphomeDeviceId,
  ieeeOf,
  macOf,
  tasmotaDeviceId,
  zigbeeDeviceId,
} from '../../../gateway/ingest/adapters/device-id.ts'

// Names and topics change; what is soldered in does not.
it('makes the id of a device from its address, however that is written', () => {
  expect(zigbeeDeviceId(ieeeOf('0x00158D0001A2B3C4') ?? '')).toBe('z2m-00158d0001a2b3c4')
  expect(tasmotaDeviceId(macOf('AA:BB:CC:9C:F9:D1') ?? '')).toBe('tasmota-aabbcc9cf9d1')
  expect(esphomeDeviceId(macOf('a4cf12f0e1d2') ?? '')).toBe('esphome-a4cf12f0e1d2')
  expect([macOf('a4cf12'), ieeeOf('0x12')]).toEqual([null, null])
})

it('keeps a name that can stand in a topic and hashes any other, so that no two meet', () => {
  expect(deviceId('frigate', 'gate-east')).toBe('frigate-gate-east')
  const others = ['gate_east', 'Gate-East', '东门', 'gate east'].map((name) =>
    deviceId('frigate', name),
  )
  expect(new Set(others).size).toBe(4)
  for (const id of others) expect(id).toMatch(/^frigate-[0-9a-f]{16}$/)
})
