import { afterEach, describe, expect, test } from 'vitest'
import { CodedError } from '../../contracts/errors.ts'
import { allowedNetworks } from '../../gateway/cameras/source-networks.ts'
import { allowedAddress } from '../../gateway/cameras/source-policy.ts'
import {
  Closing,
  eventually,
  openSources,
  tcpServer,
  webCamera,
} from '../gateway/cameras/source-support.ts'
import { needs } from '../support/needs.ts'

const closing = new Closing()
afterEach(() => closing.all())

const lan = allowedNetworks(['192.168.10.0/24', 'fd12:3456::/32'])
const unknown = async (): Promise<string[]> => []
const whyNot = (source: string, networks = lan, resolve = unknown): Promise<string> =>
  allowedAddress(source, networks, resolve).then(
    ({ ip }) => `connects to ${ip}`,
    (error: unknown) =>
      error instanceof CodedError ? `${error.code}: ${error.message}` : String(error),
  )

describe('check 13: a camera address leads nowhere but to a camera', () => {
  test.each([
    'file:///etc/passwd',
    'concat:rtsp://192.168.10.5/a|/etc/passwd',
    'gopher://192.168.10.5:6379/_FLUSHALL',
    'data:image/jpeg;base64,AAAA',
    'udp://192.168.10.5:5000',
    'tcp://192.168.10.5:5000',
    'ftp://192.168.10.5/a.mp4',
    'subfile,,start,0,end,0,,:/etc/passwd',
    'rtsp:192.168.10.5/1',
    'rtmp://192.168.10.5/live',
    'javascript:alert(1)',
  ])('the protocol of %s is refused', async (source) => {
    const { sources, problemOf } = openSources({ gate: { source } }, closing)
    await sources.refresh()
    await eventually(() => problemOf('gate') !== null, 'the refusal')
    expect(problemOf('gate')?.code).toBe('camera.source-refused')
    expect(problemOf('gate')?.detail).toMatch(/protocol|"\/\/"|file|character/)
  })

  test.each([
    'rtsp://127.0.0.1/1',
    'rtsp://127.9.9.9/1',
    'http://[::1]/a.jpg',
    'http://[0:0:0:0:0:0:0:1]/a.jpg',
    'rtsp://[::ffff:127.0.0.1]/1',
    'rtsp://[::ffff:7f00:1]/1',
    'rtsp://[0::ffff:7f00:1]/1',
    'rtsp://[::127.0.0.1]/1',
    'rtsp://169.254.169.254/latest/meta-data/',
    'rtsp://[::ffff:169.254.169.254]/1',
    'rtsp://[fe80::1]/1',
    'rtsp://[64:ff9b::7f00:1]/1',
    'rtsp://[2002:7f00:1::]/1',
    'rtsp://0.0.0.0/1',
    'rtsp://[::]/1',
    'rtsp://224.0.0.1/1',
    'rtsp://[ff02::1]/1',
    'rtsp://255.255.255.255/1',
    'rtsp://100.100.100.200/1',
    'rtsp://[fd00:ec2::254]/1',
  ])('%s is refused even where every network is allowed', async (source) => {
    const everything = allowedNetworks(['0.0.0.0/0', '::/0'])
    expect(await whyNot(source, everything)).toMatch(/^camera\.source-refused: /)
  })

  test.each([
    'rtsp://0177.0.0.1/1',
    'rtsp://0x7f.0.0.1/1',
    'rtsp://0x7f000001/1',
    'rtsp://2130706433/1',
    'rtsp://127.1/1',
    'rtsp://192.168.10.05/1',
    'rtsp://192.168.10.256/1',
    'rtsp://192.168.10.5./1',
    'rtsp://a:b@/1',
    'rtsp:///etc/passwd',
    'rtsp://192.168.10.5:0/1',
    'rtsp://192.168.10.5:99999/1',
    'rtsp://192.168.10.5:554:80/1',
    'rtsp://192.168.10.5\\@127.0.0.1/1',
    'rtsp://192.168.10.5 -f concat/1',
    'rtsp://192.168.10.5/\r\nX: y',
    'rtsp://[fe80::1%25eth0]/1',
    'rtsp://кamera.example/1',
  ])('%s is no address: octal, hexadecimal, short and crafted forms', async (source) => {
    const everything = allowedNetworks(['0.0.0.0/0', '127.0.0.0/8', '::/0'])
    expect(await whyNot(source, everything)).toMatch(/^camera\.source-refused: /)
  })

  test('cameras are only in the allowed networks, and none listed means none', async () => {
    expect(await whyNot('rtsp://192.168.10.5/1')).toBe('connects to 192.168.10.5')
    expect(await whyNot('https://[fd12:3456::9]:8443/a.jpg')).toBe('connects to fd12:3456::9')
    expect(await whyNot('rtsp://[::ffff:192.168.10.5]/1')).toMatch(/^connects to ::ffff:/)
    expect(await whyNot('rtsp://192.168.11.5/1')).toMatch(/no allowed network/)
    expect(await whyNot('rtsp://8.8.8.8/1')).toMatch(/no allowed network/)
    expect(await whyNot('rtsp://192.168.10.5/1', allowedNetworks([]))).toMatch(/no allowed network/)
    // What decides is the host, not what stands before an @ or after a #.
    expect(await whyNot('rtsp://192.168.10.5@8.8.8.8/1')).toMatch(/8\.8\.8\.8.*no allowed network/)
    expect(await whyNot('rtsp://8.8.8.8#@192.168.10.5/1')).toMatch(/8\.8\.8\.8.*no allowed network/)
  })

  test('loopback only where the list names loopback itself; no network in the list is a mistake', async () => {
    const own = allowedNetworks(['127.0.0.1/32'])
    expect(await whyNot('rtsp://127.0.0.1/1', own)).toBe('connects to 127.0.0.1')
    expect(await whyNot('rtsp://127.0.0.2/1', own)).toMatch(/this machine itself/)
    expect(await whyNot('rtsp://127.0.0.1/1', allowedNetworks(['126.0.0.0/7']))).toMatch(/itself/)
    for (const wrong of ['10.0.0.0/33', 'ten', '10.0.0.0/8/8', '10.0.0.0/', '::/129'])
      expect(() => allowedNetworks([wrong]), wrong).toThrow(/is no network/)
  })

  test('every answer to a name must be allowed, and the connection goes to what was checked', async () => {
    const answers =
      (...ips: string[]) =>
      async () =>
        ips
    expect(await whyNot('rtsp://cam.lan/1', lan, answers('192.168.10.7'))).toMatch(/10\.7$/)
    expect(await whyNot('rtsp://cam.lan/1', lan, answers('192.168.10.7', '127.0.0.1'))).toMatch(
      /this machine itself/,
    )
    expect(await whyNot('rtsp://cam.lan/1', lan, answers('169.254.169.254'))).toMatch(/no camera/)
    expect(await whyNot('rtsp://cam.lan/1', lan, answers())).toMatch(/no address/)
  })

  test('a name that answers differently the second time is asked once per connection (DNS rebinding)', async () => {
    let asked = 0
    const hosts: (string | undefined)[] = []
    const url = await webCamera((request, response) => {
      hosts.push(request.headers.host)
      response.writeHead(200, { 'content-type': 'image/jpeg' })
      response.end(Buffer.from([0xff, 0xd8, 0xff, 0xd9]))
    }, closing)
    const port = new URL(url).port
    const { sources, framesOf } = openSources(
      { gate: { source: `http://camera.test:${port}/a.jpg` } },
      closing,
      { resolveName: async () => [(asked += 1) === 1 ? '127.0.0.1' : '169.254.169.254'] },
    )
    await sources.refresh()
    await eventually(() => framesOf('gate').length >= 3, 'three pictures')
    expect(asked).toBe(1)
    expect(hosts[0]).toBe(`camera.test:${port}`)
  })

  test('an HTTP redirect is refused, and nobody goes where it points', async () => {
    const inner = await tcpServer(() => {}, closing)
    for (const location of ['http://169.254.169.254/latest/', `http://127.0.0.1:${inner.port}/`]) {
      const url = await webCamera((_request, response) => {
        response.writeHead(302, { location })
        response.end()
      }, closing)
      const { sources, problemOf } = openSources({ gate: { source: `${url}/a.jpg` } }, closing)
      await sources.refresh()
      await eventually(() => problemOf('gate') !== null, 'the refusal')
      expect(problemOf('gate')).toMatchObject({ code: 'camera.source-refused' })
      expect(problemOf('gate')?.detail).toMatch(/redirects/)
    }
    expect(inner.connections).toBe(0)
  })

  test.runIf(needs('ffmpeg')).each(['whole', 'byte by byte'])(
    'an RTSP redirect, sent %s, never reaches ffmpeg',
    async (how) => {
      const inner = await tcpServer(() => {}, closing)
      const camera = await tcpServer((socket) => {
        socket.on('data', (request: Buffer) => {
          const cseq = /CSeq: (\d+)/i.exec(request.toString())?.[1] ?? '1'
          const status = request.toString().startsWith('OPTIONS') ? '200 OK' : '302 Found'
          const answer = `RTSP/1.0 ${status}\r\nCSeq: ${cseq}\r\nLocation: rtsp://127.0.0.1:${inner.port}/x\r\nPublic: DESCRIBE, SETUP, PLAY\r\n\r\n`
          if (how === 'whole') socket.write(answer)
          else {
            socket.setNoDelay(true)
            for (const letter of answer) socket.write(letter)
          }
        })
      }, closing)
      const { sources, problemOf } = openSources(
        { gate: { source: `rtsp://127.0.0.1:${camera.port}/1` } },
        closing,
        { backoffFirstMs: 100 },
      )
      await sources.refresh()
      await eventually(() => camera.connections >= 2 && problemOf('gate') !== null, 'the refusal')
      expect(problemOf('gate')).toMatchObject({ code: 'camera.source-refused' })
      expect(problemOf('gate')?.detail).toMatch(/redirects/)
      expect(inner.connections).toBe(0)
    },
  )
})
