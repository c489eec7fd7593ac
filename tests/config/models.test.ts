import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  type ModelEntry,
  modelDirectories,
  parseModels,
  resolveDefaultModels,
  resolveModel,
  sha256Of,
  shippedModels,
  wantedModels,
} from '../../config/models.ts'
import { pullModel } from '../../config/pull-model.ts'
import { CodedError } from '../../contracts/errors.ts'
import { needs, sharedDir } from '../support/needs.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linli-models-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const weights = Buffer.from('these are the weights')
const entry: ModelEntry = {
  file: 'tiny.onnx',
  task: 'faces',
  use: 'default',
  sha256: sha256Of(weights),
  bytes: weights.length,
  licence: 'Apache-2.0',
  upstream: null,
}
async function place(name: string, content: Buffer): Promise<string> {
  const directory = join(folder, name)
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, entry.file), content)
  return directory
}
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: unknown) => (error instanceof CodedError ? error.code : String(error)),
  )

describe('the shipped manifest', () => {
  test('names each model with sha256, licence and an address at a commit; research-only weights are not in it', () => {
    const entries = shippedModels()
    expect(
      entries
        .filter((item) => item.use === 'default')
        .map((item) => item.task)
        .sort(),
    ).toEqual([
      'face-embedding',
      'faces',
      'liveness',
      'liveness',
      'objects',
      'plate-colour',
      'plate-text',
      'plate-text',
      'plates',
    ])
    for (const item of entries) {
      if (item.upstream !== null && item.upstream !== undefined)
        expect(item.upstream).toMatch(
          /^https:\/\/raw\.githubusercontent\.com\/[^/]+\/[^/]+\/[0-9a-f]{40}\//,
        )
      else expect(item.derived, item.file).toBeDefined()
      expect(item.file).not.toMatch(/reid/)
    }
  })

  test.runIf(needs('shared-models'))('agrees with the weights that were handed over', async () => {
    for (const item of shippedModels())
      expect((await resolveModel(item, [join(sharedDir, 'models')])).state, item.file).toBe('found')
  })

  test('a wrong manifest is refused with the line', () => {
    expect(() => parseModels('models:\n  - file: ../../etc/passwd\n', 'm.yaml')).toThrow(
      /m\.yaml:2/,
    )
  })
})

describe('what a configuration wants', () => {
  const all = {
    objects: true,
    faces: true,
    recognition: true,
    plates: true,
    objectModel: 'nano',
    plateModel: '640',
  } as const
  const files = (abilities: Parameters<typeof wantedModels>[1]) =>
    wantedModels(shippedModels(), abilities).map((item) => item.file)

  test('everything: the defaults, and nothing else', () => {
    const defaults = shippedModels().filter((item) => item.use === 'default')
    expect(files(all)).toEqual(defaults.map((item) => item.file))
  })

  test('the larger object model and the smaller plate model take the place of the usual ones', () => {
    const chosen = files({ ...all, objectModel: 'picodet', plateModel: '320' })
    expect(chosen).toHaveLength(files(all).length)
    expect(chosen).toEqual(
      expect.arrayContaining(['object_det_picodet_s_416.onnx', 'plate_det_hyperlpr_y5fu_320.onnx']),
    )
    expect(chosen).not.toContain('object_det_yolox_nano_416.onnx')
  })

  test('recognition alone finds faces too; nothing at all asks for nothing', () => {
    const none = { ...all, objects: false, faces: false, plates: false }
    expect(files(none).map((file) => file.slice(0, 8))).toEqual([
      'face_det',
      'face_rec',
      'face_liv',
      'face_liv',
    ])
    expect(files({ ...none, recognition: false })).toEqual([])
    expect(files({ ...all, recognition: false, plates: false })).toEqual([
      'face_det_yunet_n_dynamic.onnx',
      'object_det_yolox_nano_416.onnx',
    ])
  })
})

describe('where weights are found', () => {
  test('LINLI_MODELS, then the home, then beside the checkout', () => {
    const places = { explicit: '/a', home: '/b', checkout: '/c/d' }
    expect(modelDirectories(places)).toEqual(['/a', '/b/models', resolve('/c/shared/models')])
    expect(modelDirectories({ ...places, explicit: null })).toHaveLength(2)
  })

  test('the first file with the right sha256 wins; a wrong one before it is named, not run', async () => {
    const wrong = await place('first', Buffer.from('these are the weightz'))
    const right = await place('second', weights)
    const found = await resolveModel(entry, [join(folder, 'none'), wrong, right])
    expect(found).toMatchObject({ state: 'found', path: join(right, entry.file) })
    expect(found.refused).toEqual([join(wrong, entry.file)])
    expect(Buffer.from(found.bytes ?? [])).toEqual(weights)
  })

  test('only wrong files: refused; none at all: missing; other uses are not asked for', async () => {
    const wrong = await place('first', Buffer.from('short'))
    expect(await resolveModel(entry, [wrong])).toMatchObject({ state: 'refused', bytes: null })
    expect(await resolveModel(entry, [join(folder, 'none')])).toMatchObject({ state: 'missing' })
    const optional: ModelEntry = { ...entry, use: 'optional' }
    expect(await resolveDefaultModels([optional, entry], [])).toHaveLength(1)
  })
})

describe('pull', () => {
  const servers: Server[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    }
  })
  async function serve(
    answer: (write: (bytes: Buffer) => boolean, end: () => void) => void,
    status = 200,
  ): Promise<ModelEntry> {
    const server = createServer((_request, response) => {
      response.writeHead(status)
      answer(
        (bytes) => response.write(bytes),
        () => response.end(),
      )
    })
    servers.push(server.listen(0, '127.0.0.1'))
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    return { ...entry, upstream: `http://127.0.0.1:${port}/tiny.onnx` }
  }
  const home = () => join(folder, 'home/models')

  test('from a folder: how a box without a network is provisioned', async () => {
    const from = await place('usb', weights)
    const path = await pullModel(entry, { from, to: home() })
    expect(await readFile(path)).toEqual(weights)
    expect(await readdir(home())).toEqual([entry.file])
  })

  test('a wrong file leaves nothing behind, and the right one before it stays', async () => {
    await pullModel(entry, { from: await place('usb', weights), to: home() })
    const from = await place('bad', Buffer.from('these are the weightz'))
    expect(await codeOf(pullModel(entry, { from, to: home() }))).toBe('model.refused')
    expect(await codeOf(pullModel(entry, { from: join(folder, 'none'), to: home() }))).toBe(
      'model.missing',
    )
    expect(await readdir(home())).toEqual([entry.file])
    expect(await readFile(join(home(), entry.file))).toEqual(weights)
  })

  test('from upstream', async () => {
    const remote = await serve((write, end) => {
      write(weights)
      end()
    })
    expect(await readFile(await pullModel(remote, { from: null, to: home() }))).toEqual(weights)
  })

  test('an endless answer, a wrong one, an error and a silent server are refused, in bounded time', async () => {
    const endless = await serve((write) => {
      const more = setInterval(() => write(Buffer.alloc(1_000)), 1)
      setTimeout(() => clearInterval(more), 2_000).unref()
    })
    expect(await codeOf(pullModel(endless, { from: null, to: home() }))).toBe('model.refused')
    const missing = await serve((_write, end) => end(), 404)
    expect(await codeOf(pullModel(missing, { from: null, to: home() }))).toBe('model.missing')
    const silent = await serve(() => {})
    expect(await codeOf(pullModel(silent, { from: null, to: home(), timeoutMs: 100 }))).toMatch(
      /model\.missing/,
    )
    expect(await codeOf(pullModel(entry, { from: null, to: home() }))).toBe('model.missing')
  })
})
