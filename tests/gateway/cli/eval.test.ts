import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { evalCommand } from '../../../gateway/cli/eval.ts'
import { createKit } from '../../../gateway/cli/eval/kit.ts'
import { openLookCache } from '../../../gateway/cli/eval/look-cache.ts'
import { cocoLabels } from '../../../detectors/coco-labels.ts'
import { mediaItems } from '../../detectors/support.ts'
import { needs, sharedDir } from '../../support/needs.ts'

const cli = fileURLToPath(new URL('../../../gateway/cli/linli.ts', import.meta.url))
const checkout = fileURLToPath(new URL('../../../', import.meta.url))
const media = (file: string): string => join(sharedDir, 'media', file)
const here = needs('shared-media') && needs('shared-models')

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'linli-eval-'))))
afterEach(() => rmSync(folder, { recursive: true }))

/** In this process; what it printed, line by line. */
async function evaluate(args: readonly string[], models = join(sharedDir, 'models')) {
  const lines: string[] = []
  const env = { LINLI_HOME: join(folder, 'home'), LINLI_MODELS: models }
  const code = await evalCommand.run(args, {
    env,
    checkout: models.startsWith(folder) ? folder : checkout,
    print: (line) => void lines.push(line),
  })
  return { code, lines, json: JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> }
}

const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

interface Person {
  readonly file: string
  readonly who: string
}
const people = (): Person[] =>
  readdirSync(media('faces_lfw')).map((name) => ({
    file: `faces_lfw/${name}`,
    who: name.replace(/_\d+\.jpg$/, ''),
  }))

function pairsOf(portraits: readonly Person[]): string {
  const rows = portraits.flatMap((a, i) =>
    portraits
      .slice(i + 1)
      .map((b) => `${media(a.file)},${media(b.file)},${a.who === b.who ? 1 : 0}`),
  )
  return `a,b,same\n${rows.join('\n')}\n`
}

describe.runIf(here)('linli eval on the held pictures', () => {
  test('faces: contract keys, FMR levels that the pairs cannot show are null, a report in one page', async () => {
    const pairs = write('pairs.csv', pairsOf(people().slice(0, 18)))
    const report = join(folder, 'report')
    const { code, lines, json } = await evaluate(['faces', '--pairs', pairs, '--report', report])
    expect(code).toBe(0)
    expect(json).toMatchObject({ pairs: 153, skipped: 0, fnmrAt: { '1e-3': null, '1e-6': null } })
    expect(json['accuracy']).toBeGreaterThan(0.98)
    expect(json['accuracyFolds']).toBeGreaterThan(0.97)
    expect(json['threshold']).toBeGreaterThan(0.2)
    expect((json['fnmrAt'] as Record<string, unknown>)['1e-2']).toBeLessThan(0.1)
    expect(lines.join('\n')).toContain('not measurable with 135 pairs')
    const page = readFileSync(join(report, 'faces.html'), 'utf8')
    expect(page).toContain('<svg')
    expect(page).toContain('data:image/jpeg;base64,')
    expect(statSync(join(report, 'faces-seen.jsonl')).mode & 0o077).toBe(0)
  })

  test('faces: what cannot be scored counts as wrong and is named; --json prints one line', async () => {
    const [a, b, c] = people().map(({ file }) => media(file))
    write(
      'torn.jpg',
      readFileSync(a as string)
        .subarray(0, 4_000)
        .toString('latin1'),
    )
    const list = `a,b,same\n${a},${b},1\n${a},${c},1\n${a},torn.jpg,1\n${a},gone.jpg,0\n${a},${media('negatives/ski_coins.jpg')},0\n`
    const { lines, json } = await evaluate(['faces', '--pairs', write('p.csv', list), '--json'])
    expect(lines).toHaveLength(1)
    expect(json).toMatchObject({ pairs: 5, skipped: 3, accuracy: 0.4 })
    expect(existsSync(join(folder, 'home/eval/faces-seen.jsonl'))).toBe(false)
  })

  test.each([
    ['nano', 0.5, 0.55],
    ['picodet', 0.5, 0.55],
  ])(
    'objects, %s: AP50 of people and vehicles, by class and by group',
    async (model, person, vehicle) => {
      const images = join(folder, 'images')
      const labels = join(folder, 'labels')
      mkdirSync(images)
      mkdirSync(labels)
      for (const { file, groundTruth } of mediaItems()) {
        if (groundTruth.boxes === undefined) continue
        symlinkSync(media(file), join(images, basename(file)))
        const rows = groundTruth.boxes.map(
          (box) => `${cocoLabels.indexOf(box.class)} ${box.cx} ${box.cy} ${box.w} ${box.h}`,
        )
        writeFileSync(join(labels, basename(file).replace(/jpg$/, 'txt')), rows.join('\n'))
      }
      const { json } = await evaluate([
        'objects',
        '--images',
        images,
        '--labels',
        labels,
        '--model',
        model,
      ])
      const ap50 = json['ap50'] as Record<string, number>
      expect(json['images']).toBe(22)
      expect(ap50['person']).toBeGreaterThan(person)
      expect(ap50['vehicle']).toBeGreaterThan(vehicle)
      expect(ap50['bus']).toBeGreaterThan(0.9)
      expect(ap50).toHaveProperty('twoWheeler')
    },
  )

  test('liveness: both rates with n and interval, per kind of attack; one without the other is refused', async () => {
    const attacks = `${media('spoof/image_F1.jpg')},0,print\n${media('spoof/image_F2.jpg')},spoof,replay\n`
    const live = `${media('spoof/image_T1.jpg')},1,\n${media('faces/of_lennon-1.jpg')},live,\n`
    const list = write('live.csv', `file,live,kind\n${attacks}${live}`)
    const { json } = await evaluate(['liveness', '--list', list])
    expect(json).toMatchObject({
      live: 2,
      spoof: 2,
      apcer: 0,
      bpcer: 0.5,
      interval95: { apcer: [0, 0.975], bpcer: [0.0126, 0.9874] },
      kinds: { print: { spoof: 1, apcer: 0 }, replay: { spoof: 1, apcer: 0 } },
    })
    const half = write('half.csv', `file,live,kind\n${attacks}`)
    await expect(evaluate(['liveness', '--list', half])).rejects.toThrow(/no live picture/)
  })

  test('identify: FPIR and FNIR by gallery size', async () => {
    for (const [i, { file, who }] of people().entries()) {
      if (i >= 24 && i % 3 === 0) continue
      const to = join(folder, i % 3 === 0 ? 'gallery' : 'probes', who)
      mkdirSync(to, { recursive: true })
      symlinkSync(media(file), join(to, basename(file)))
    }
    const { json } = await evaluate([
      'identify',
      '--gallery',
      join(folder, 'gallery'),
      '--probes',
      join(folder, 'probes'),
    ])
    expect(json).toMatchObject({ gallery: 8, probes: 24, mates: 16, strangers: 8, threshold: 0.42 })
    expect(json['fpir']).toBe(0)
    expect(json['fnir']).toBeLessThan(0.2)
    expect(json['bySize']).toHaveLength(1)
  })

  test('a run that is broken off goes on where it stopped; --fresh looks at everything again', async () => {
    const pairs = write('pairs.csv', pairsOf(people().slice(0, 24)))
    const report = join(folder, 'report')
    const args = ['eval', 'faces', '--pairs', pairs, '--report', report, '--json']
    const first = await run(args, (err) => err.includes('faces 30 %'))
    expect(first).toMatchObject({ code: null, out: '' })
    const again = await run(args)
    const kept = Number(/(\d+) looks/.exec(again.err)?.[1])
    expect(kept).toBeGreaterThanOrEqual(7)
    expect(kept).toBeLessThan(24)
    const fresh = await run([...args, '--fresh'])
    expect(fresh.err).not.toContain('looks of an earlier run')
    expect(fresh.out).toBe(again.out)
    expect(again.out.trim().split('\n')).toHaveLength(1)
  })

  async function run(args: readonly string[], killWhen: (err: string) => boolean = () => false) {
    const child = spawn(process.execPath, ['--import', 'tsx', cli, ...args], {
      env: { ...process.env, LINLI_HOME: join(folder, 'home') },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk: Buffer) => void (out += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString()
      if (killWhen(err)) child.kill('SIGKILL')
    })
    const [code] = (await once(child, 'close')) as [number | null]
    return { code, out, err }
  }
})

describe('linli eval, called wrongly', () => {
  test.each([
    [['faces'], /--pairs CSV is needed/],
    [['noses'], /faces, objects, liveness, identify, plates, not noses/],
    [['objects', '--images', '.', '--labels', '.', '--model', 'huge'], /nano or picodet/],
    [['liveness', '--list', 'x', '--threshold', '2'], /0\.\.1/],
    [['faces', '--pairs', '/nowhere.csv'], /nowhere\.csv: ENOENT/],
  ])('%j says what is wrong', async (args, message) => {
    await expect(evaluate(args)).rejects.toThrow(message)
  })

  test('a wrong row is named by its line', async () => {
    const list = write('p.csv', 'a,b,same\nx.jpg,y.jpg,1\nx.jpg,y.jpg,maybe\n')
    await expect(evaluate(['faces', '--pairs', list])).rejects.toMatchObject({
      code: 'eval.input',
      message: expect.stringContaining('p.csv:3: "same" must be 0 or 1') as unknown,
    })
  })

  test.runIf(here)(
    'a swapped weight is passed over aloud where a true one is there, else refused',
    async () => {
      const list = write(
        'p.csv',
        `file,live\n${media('spoof/image_F1.jpg')},0\n${media('spoof/image_T1.jpg')},1\n`,
      )
      const models = join(folder, 'models')
      mkdirSync(models)
      writeFileSync(join(models, 'face_det_yunet_n_dynamic.onnx'), 'swapped')
      await expect(evaluate(['liveness', '--list', list], models)).rejects.toMatchObject({
        code: 'model.refused',
      })
      const env = { LINLI_HOME: join(folder, 'home'), LINLI_MODELS: models }
      const said: string[] = []
      const kit = createKit({
        io: { env, checkout },
        name: 'x',
        cache: openLookCache(join(folder, 'seen.jsonl'), false),
        progress: { terminal: false, write: (text) => void said.push(text) },
        used: [],
      })
      await kit.model('face_det_yunet_n_dynamic.onnx')
      expect(said.join('')).toContain(`${models}/face_det_yunet_n_dynamic.onnx: sha256 differs`)
    },
  )

  test('without its weight an evaluation says model.missing', async () => {
    const list = write('p.csv', 'a,b,same\nx.jpg,y.jpg,1\n')
    const empty = join(folder, 'none')
    await expect(evaluate(['faces', '--pairs', list], empty)).rejects.toMatchObject({
      code: 'model.missing',
    })
  })

  test.runIf(here)('where no picture of the list is there, the list is wrong', async () => {
    const list = write('p.csv', 'a,b,same\nx.jpg,y.jpg,1\n')
    await expect(evaluate(['faces', '--pairs', list])).rejects.toMatchObject({ code: 'eval.input' })
  })
})
