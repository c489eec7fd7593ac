import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { limits } from '../../../contracts/limits.ts'
import { MultipartReader, multipartBoundary } from '../../../gateway/cameras/http-multipart.ts'
import { drawnJpeg } from '../../detectors/support.ts'
import { Closing, eventually, openSources, webCamera } from './source-support.ts'

const closing = new Closing()
afterEach(() => closing.all())
let jpeg: Buffer
beforeAll(async () => {
  jpeg = await drawnJpeg({ widthPx: 64, heightPx: 48, noise: 5, seed: 1 })
})
const sendJpeg = (response: ServerResponse, body = jpeg): void => {
  response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': body.length })
  response.end(body)
}
const watch = (source: string, rate?: number) => {
  const stream = { transport: 'tcp', keyframesOnly: true, hardware: null } as const
  const settings =
    rate === undefined ? { source } : { source, stream: { ...stream, framesPerSecond: rate } }
  const opened = openSources({ gate: settings }, closing, { backoffFirstMs: 100 })
  return {
    ...opened,
    frames: () => opened.framesOf('gate'),
    problem: () => opened.problemOf('gate'),
  }
}

describe('snapshots over HTTP', () => {
  test('are asked for at the rate of the camera, one after the other', async () => {
    let open = 0
    let most = 0
    const url = await webCamera((_request, response) => {
      most = Math.max(most, (open += 1))
      setTimeout(() => {
        open -= 1
        sendJpeg(response)
      }, 30)
    }, closing)
    const { sources, frames, problem } = watch(`${url}/shot.jpg`, 4)
    await sources.refresh()
    await eventually(() => frames().length >= 5, 'five pictures')
    const before = frames().length
    await new Promise((done) => setTimeout(done, 1_000))
    expect(frames().length - before).toBeLessThanOrEqual(5)
    expect(frames()[0]?.equals(jpeg)).toBe(true)
    expect(most).toBe(1)
    expect(problem()).toBeNull()
    await sources.close()
    const after = frames().length
    await new Promise((done) => setTimeout(done, 400))
    expect(frames()).toHaveLength(after)
  })

  test.each(['Basic', 'Digest'])(
    '%s user and password are given when asked for, not before',
    async (kind) => {
      const asked: (string | undefined)[] = []
      const md5 = (text: string): string => createHash('md5').update(text).digest('hex')
      const isRight = (header: string): boolean => {
        if (kind === 'Basic')
          return header === `Basic ${Buffer.from('adm:s3cret!').toString('base64')}`
        const field = (name: string) => new RegExp(`\\b${name}="?([^",]+)`).exec(header)?.[1] ?? ''
        const ha1 = md5('adm:cam:s3cret!')
        const ha2 = md5(`GET:/shot.jpg?ch=1`)
        const want = [ha1, 'n0', field('nc'), field('cnonce'), 'auth', ha2].join(':')
        return field('response') === md5(want)
      }
      const url = await webCamera((request, response) => {
        const { authorization } = request.headers
        asked.push(authorization)
        if (authorization !== undefined && isRight(authorization)) return sendJpeg(response)
        const challenge =
          kind === 'Basic'
            ? 'Basic realm="cam"'
            : 'Digest realm="cam", nonce="n0", qop="auth", algorithm=MD5'
        response.writeHead(401, { 'www-authenticate': challenge })
        response.end()
      }, closing)
      const { sources, frames, logged } = watch(
        `${url.replace('://', '://adm:s3cret!@')}/shot.jpg?ch=1`,
      )
      await sources.refresh()
      await eventually(() => frames().length >= 3, 'three pictures')
      expect(asked[0]).toBeUndefined()
      // Challenged once, then known.
      expect(asked.slice(1).every((header) => header?.startsWith(kind) === true)).toBe(true)
      expect(logged.join()).not.toContain('s3cret!')
    },
  )

  test('a wrong password, a truncated, an oversized and an endless picture are problems; then it mends', async () => {
    const faults: Readonly<Record<string, [RegExp, (response: ServerResponse) => void]>> = {
      '401': [
        /refuses user and password/,
        (response) => response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end(),
      ],
      truncated: [
        /aborted|hang up|no whole JPEG/,
        (response) => {
          response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': jpeg.length })
          response.write(jpeg.subarray(0, 100))
          setTimeout(() => response.destroy(), 50)
        },
      ],
      halved: [/no whole JPEG/, (response) => sendJpeg(response, jpeg.subarray(0, 200))],
      oversized: [
        /more than 4 MiB/,
        (response) => sendJpeg(response, Buffer.alloc(limits.frameBytesMax + 1, 0xff)),
      ],
      page: [
        /neither JPEG/,
        (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
      ],
      broken: [/answers 503/, (response) => response.writeHead(503).end()],
      slow: [
        /no whole picture in time/,
        (response) => {
          response.writeHead(200, { 'content-type': 'image/jpeg' })
          const timer = setInterval(() => response.write('x'), 50)
          response.on('close', () => clearInterval(timer))
        },
      ],
    }
    let mended = false
    const url = await webCamera((request, response) => {
      const fault = faults[(request.url ?? '').slice(1)]
      if (mended || fault === undefined) sendJpeg(response)
      else fault[1](response)
    }, closing)
    const names = Object.keys(faults)
    const { sources, problemOf, framesOf } = openSources(
      Object.fromEntries(
        names.map((name) => [
          name,
          { source: `${url.replace('://', '://u:pw9x@')}/${name}`, staleAfterMs: 5_000 },
        ]),
      ),
      closing,
      { backoffFirstMs: 100 },
    )
    await sources.refresh()
    await eventually(() => sources.problems().length === names.length, 'all problems')
    for (const [name, [detail]] of Object.entries(faults)) {
      expect(problemOf(name)?.detail, name).toMatch(detail)
      expect(framesOf(name), name).toHaveLength(0)
    }
    expect(JSON.stringify(sources.problems())).not.toContain('pw9x')
    mended = true
    await eventually(() => sources.problems().length === 0, 'all mended')
    for (const name of names) await eventually(() => framesOf(name).length > 0, name)
  })
})

describe('MJPEG over HTTP', () => {
  const part = (body: Buffer, sized: boolean): Buffer =>
    Buffer.concat([
      Buffer.from(
        `--shot\r\nContent-Type: image/jpeg\r\n${sized ? `Content-Length: ${body.length}\r\n` : ''}\r\n`,
      ),
      body,
      Buffer.from('\r\n'),
    ])

  test.each([
    ['with', true],
    ['without', false],
  ])('parts %s a length come out whole, however the stream is cut', (_how, sized) => {
    const bodies = [jpeg, Buffer.concat([jpeg, jpeg]), jpeg.subarray(0, 50)]
    const stream = Buffer.concat([
      ...bodies.map((body) => part(body, sized)),
      Buffer.from('--shot'),
    ])
    for (const size of [1, 3, 17, 1_000, stream.length]) {
      const out: Buffer[] = []
      const reader = new MultipartReader({ boundary: 'shot', partBytesMax: 100_000 }, (body) =>
        out.push(body),
      )
      for (let at = 0; at < stream.length; at += size) reader.write(stream.subarray(at, at + size))
      expect(out).toHaveLength(3)
      out.forEach((body, i) => {
        expect(body.subarray(0, bodies[i]?.length).equals(bodies[i] as Buffer)).toBe(true)
      })
    }
  })

  test('headers and parts have bounds; boundaries are read as cameras write them', () => {
    const reader = () => new MultipartReader({ boundary: 'b', partBytesMax: 1_000 }, () => {})
    expect(() => reader().write(Buffer.alloc(9_000, 'x'))).toThrow(/headers/)
    expect(() => reader().write(Buffer.from('--b\r\nContent-Length: 1001\r\n\r\n'))).toThrow(
      /4 MiB/,
    )
    const endless = reader()
    endless.write(Buffer.from('--b\r\n\r\n'))
    expect(() => endless.write(Buffer.alloc(10_000))).toThrow(/4 MiB/)
    expect(multipartBoundary('multipart/x-mixed-replace;boundary=--myb')).toBe('myb')
    expect(multipartBoundary('multipart/x-mixed-replace; boundary="a b"')).toBe('a b')
    expect(multipartBoundary('multipart/mixed; boundary=a')).toBeNull()
    expect(multipartBoundary('image/jpeg')).toBeNull()
  })

  test('a stream is thinned out to the rate of the camera, and read anew after its end', async () => {
    let connections = 0
    const url = await webCamera((_request, response) => {
      connections += 1
      response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=shot' })
      const timer = setInterval(() => response.write(part(jpeg, true)), 20)
      const end = setTimeout(() => response.end(), connections === 1 ? 1_500 : 60_000)
      response.on('close', () => {
        clearInterval(timer)
        clearTimeout(end)
      })
    }, closing)
    const { sources, frames, statsOf, problem } = watch(`${url}/video.mjpg`, 5)
    await sources.refresh()
    await eventually(() => statsOf('gate')?.restarts === 1, 'the end')
    expect(frames().length).toBeGreaterThanOrEqual(4)
    expect(frames().length).toBeLessThanOrEqual(9)
    expect(frames().every((frame) => frame.equals(jpeg))).toBe(true)
    const before = frames().length
    await eventually(() => frames().length > before, 'pictures again')
    expect(connections).toBe(2)
    expect(problem()).toBeNull()
  })

  test('a stream that goes silent is closed and opened anew', async () => {
    let connections = 0
    const url = await webCamera((_request, response) => {
      connections += 1
      response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=shot' })
      response.write(Buffer.concat([part(jpeg, true), Buffer.from('--shot\r\n')]))
    }, closing)
    const { sources, statsOf, problem, frames } = watch(url)
    await sources.refresh()
    await eventually(() => statsOf('gate')?.kills === 1, 'the stall')
    expect(problem()?.detail).toMatch(/no picture for 5 s/)
    await eventually(() => frames().length >= 2, 'a picture again')
    expect(connections).toBe(2)
  })
})
