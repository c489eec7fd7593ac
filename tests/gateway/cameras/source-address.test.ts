import { describe, expect, test } from 'vitest'
import { parseAddress, withoutSecrets } from '../../../gateway/cameras/source-address.ts'
import { unmapped } from '../../../config/networks.ts'

describe("a camera's address", () => {
  test.each([
    'rtsp://admin:p@ss/wxyz@10.0.0.5/1',
    'rtsp://admin:12/34@10.0.0.5/1',
    'rtsp://admin:p@ss?wxyz@10.0.0.5/1',
  ])('of which half a password would be the host is refused, and none of it said: %s', (source) => {
    expect(() => parseAddress(source)).toThrow(/%2F/)
    expect(() => parseAddress(source)).not.toThrow(/wxyz|34@/)
  })

  test('is taken apart as its manual writes it, an @ in the password too', () => {
    expect(
      parseAddress('rtsp://admin:p@ss:1@10.0.0.5/cam/realmonitor?channel=1&subtype=1'),
    ).toEqual({
      scheme: 'rtsp',
      host: '10.0.0.5',
      port: 554,
      path: '/cam/realmonitor?channel=1&subtype=1',
      username: 'admin',
      password: 'p@ss:1',
      shown: 'rtsp://10.0.0.5:554/…',
    })
    expect(parseAddress('HTTPS://[FD12::9]:8443')).toMatchObject({
      scheme: 'https',
      host: 'fd12::9',
      port: 8443,
      path: '/',
      username: null,
      shown: 'https://[fd12::9]:8443/…',
    })
    expect(parseAddress('http://Cam-1.lan?user=a&pwd=b')).toMatchObject({
      host: 'cam-1.lan',
      port: 80,
      path: '/?user=a&pwd=b',
    })
    expect(parseAddress('rtsps://u:100%25%2F@c.lan/x')).toMatchObject({
      port: 322,
      password: '100%/',
    })
    expect(parseAddress('rtsp://u:50%@c.lan/x').password).toBe('50%')
  })

  test('is shown without user, password, path and query, wherever it stands in a text', () => {
    const address = parseAddress('rtsp://adm:p@ss@10.0.0.5/user=x_password=y')
    const text =
      "[rtsp @ 0x1] 'rtsp://adm:p%40ss@10.0.0.5:554/user=x_password=y': 401; http://u:v@h/p?q and p@ss, /user=x_password=y"
    const shown = withoutSecrets(text, address)
    expect(shown).toBe("[rtsp @ 0x1] 'rtsp://10.0.0.5:554/…': 401; http://h/… and ***, ***")
    expect(withoutSecrets('nothing to hide', null)).toBe('nothing to hide')
  })

  test('an IPv4 address inside IPv6 is that IPv4 address, in every way of writing', () => {
    for (const ip of [
      '::ffff:10.0.0.1',
      '::ffff:a00:1',
      '0:0:0:0:0:FFFF:0a00:0001',
      '0::ffff:10.0.0.1',
    ])
      expect(unmapped(ip)).toBe('10.0.0.1')
    expect(unmapped('fd12::9')).toBe('fd12::9')
    expect(unmapped('10.0.0.1')).toBe('10.0.0.1')
  })
})
