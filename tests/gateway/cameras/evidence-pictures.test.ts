import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { makeEvidence } from '../../../gateway/cameras/evidence-pictures.ts'
import type { RedactRequest } from '../../../gateway/model/vision.ts'
import { createApiTransport } from '../../../gateway/outbox/api-transport.ts'
import { filesOf } from '../../../gateway/outbox/outgoing.ts'

test('evidence is the plain picture and the same with boxes and zone, both redacted from the frame', async () => {
  const asked: RedactRequest[] = []
  const kept: string[] = []
  const made = await makeEvidence(
    async (_jpeg, request) => {
      asked.push(request)
      const jpeg = Buffer.from(request.overlay === null ? 'plain' : 'boxes')
      return {
        jpeg,
        widthPx: 1,
        heightPx: 1,
        faces: 0,
        plates: 0,
        platesUnknown: false,
        whole: false,
      }
    },
    {
      put: async (bytes, of) => {
        kept.push(`${bytes.toString()} ${of}`)
        return bytes.toString()
      },
    },
    {
      jpeg: Buffer.from('frame'),
      knownFacesPx: [[1, 2, 3, 4]],
      objects: [
        { detection: { label: 'car', score: 0.871, boxPx: [0, 0, 9, 9] }, subject: true },
        { detection: { label: 'face', score: 0.9, boxPx: [1, 2, 3, 4] }, subject: false },
      ],
      zones: [
        {
          polygon: [
            [0, 0],
            [1, 0],
            [1, 1],
          ],
        },
      ],
    },
    'refused',
  )
  expect(made).toEqual({ sha256: 'plain', boxesSha256: 'boxes' })
  expect(kept).toEqual(['plain refused', 'boxes refused'])
  expect(asked.map(({ knownFacesPx }) => knownFacesPx)).toEqual([[[1, 2, 3, 4]], [[1, 2, 3, 4]]])
  expect(asked[1]?.overlay).toEqual({
    boxes: [{ boxPx: [0, 0, 9, 9], label: 'car 0.87', subject: true }],
    zones: [
      {
        polygon: [
          [0, 0],
          [1, 0],
          [1, 1],
        ],
      },
    ],
  })
})

test('picture, picture with boxes and clip all go up, each as what it is', async () => {
  const frame = { kind: 'frame', device: 'c', ts: 1, sha256: 'a', widthPx: 1, heightPx: 1 } as const
  const more = { detections: [], models: [] }
  expect(filesOf({ ...frame, ...more })).toEqual(['a'])
  expect(filesOf({ ...frame, ...more, boxesSha256: 'b' })).toEqual(['a', 'b'])
  expect(
    filesOf({
      kind: 'clip',
      device: 'c',
      from: 1,
      to: 2,
      sha256: 'c',
      widthPx: 2,
      heightPx: 2,
      frames: 2,
      models: [],
    }),
  ).toEqual(['c'])
  const types: (string | undefined)[] = []
  const server = createServer((request, response) => {
    types.push(request.headers['content-type'])
    request.resume().on('end', () => response.writeHead(201).end('{}'))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const transport = createApiTransport(
    { clock: Date.now },
    { url: `http://127.0.0.1:${port}`, token: 't' },
  )
  const options = { idempotencyKey: 'x', signal: AbortSignal.timeout(5_000) }
  await transport.putEvidence('a', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 1, 2]), options)
  await transport.putEvidence('c', Buffer.from('\0\0\0\x18ftypisom', 'latin1'), options)
  server.close()
  expect(types).toEqual(['image/jpeg', 'video/mp4'])
})
