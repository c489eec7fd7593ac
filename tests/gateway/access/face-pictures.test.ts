import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CodedError } from '../../../contracts/errors.ts'
import { createTemplateStore } from '../../../gateway/access/template-store.ts'
import type { Analysis } from '../../../gateway/model/vision.ts'
import { createVisionPool, type VisionPool } from '../../../gateway/vision/vision-pool.ts'
import { mediaFile } from '../../detectors/support.ts'
import { needs, sharedDir } from '../../support/needs.ts'
import { realModels, silent } from '../vision/support.ts'
import { consent, doorCamera, enrolment, lookOf, rosterWith, stand } from './face-stand.ts'

type Stand = Awaited<ReturnType<typeof stand>>
const ready = needs('shared-media') && needs('shared-models')
const filesIn = (folder: string): string[] =>
  readdirSync(join(sharedDir, 'media', folder)).map((name) => `${folder}/${name}`)

/** Who is on a picture of the media set, as its file names say. */
function whoIs(file: string): string {
  const name = file.replace(/^.*\//, '').replace(/\.jpg$/, '')
  if (name.startsWith('compreface')) return `compreface-${name.slice(-1)}`
  return name.replace(/^of_/, '').replace(/[-_](\d+|partial)$/, '')
}

/** Several photos of these; of everybody else there is one, and they stay strangers. */
const many = (files: readonly string[]) => {
  const photosOf = (who: string) => files.filter((file) => whoIs(file) === who)
  const people = [...new Set(files.map(whoIs))].map((who) => [who, photosOf(who)] as const)
  return people.filter(([, photos]) => photos.length > 1)
}

describe.runIf(ready)('face entry on real pictures and weights', () => {
  let pool: VisionPool
  const opened: Stand[] = []
  const analysed = new Map<string, Analysis>()
  const look = async (file: string): Promise<Analysis> => {
    const known = analysed.get(file)
    if (known !== undefined) return known
    const made = await pool.analyse(mediaFile(file), { tasks: ['recognition'] })
    analysed.set(file, made)
    return made
  }
  const open = async (): Promise<Stand> => {
    const made = await stand({ analyse: pool.analyse })
    opened.push(made)
    return made
  }
  let atMs = 0
  /** The picture stands before the door for `frames` frames, after the one before it has left. */
  const present = async (at: Stand, file: string, frames = 2) => {
    const { faces } = await look(file)
    const before = at.proofs.length
    atMs += 20_000
    for (let n = 0; n < frames; n += 1)
      at.entry.looked(lookOf(doorCamera, atMs + n * 400, ...faces))
    return at.proofs.slice(before).map(({ resident }) => resident)
  }
  const admit = async (at: Stand, ...people: (readonly [string, string])[]) => {
    const faces = people.map(([template, resident]) => consent(template, resident))
    at.roster.replace(rosterWith({ version: at.roster.version + 1, faces }))
    await at.entry.reconcile()
  }
  const base64 = (file: string) => mediaFile(file).toString('base64')

  beforeAll(async () => {
    const tasks = new Set(['faces', 'face-embedding', 'liveness'])
    const models = (await realModels()).filter(({ entry }) => tasks.has(entry.task))
    pool = createVisionPool(
      { models, clock: Date.now, random: Math.random, logger: silent },
      { workers: 1 },
    )
    await pool.start()
  }, 20_000)
  afterAll(async () => {
    await Promise.all(opened.map((one) => one.close()))
    await pool.close()
  })

  it('enrolled by one photo each, nobody is taken for another, and no stranger for anybody', async () => {
    const at = await open()
    const files = [...filesIn('faces'), ...filesIn('faces_lfw')]
    const people: [string, string][] = []
    const enrolledFrom = new Set<string>()
    for (const [name, photos] of many(files)) {
      for (const photo of photos) {
        const answer = await at.entry
          .enrol(enrolment(`fac_${name}`, name, base64(photo)))
          .catch((error: unknown) => {
            if (error instanceof CodedError && error.code === 'face.not-usable') return null
            throw error
          })
        if (answer === null) continue
        enrolledFrom.add(photo)
        people.push([`fac_${name}`, name])
        break
      }
    }
    await admit(at, ...people)
    const known = new Set(people.map(([, name]) => name))
    const count = { right: 0, wrong: 0, strangersIn: 0, tried: 0, strangers: 0 }
    for (const file of files.filter((one) => !enrolledFrom.has(one))) {
      const who = whoIs(file)
      const got = await present(at, file)
      if (known.has(who)) count.tried += 1
      else count.strangers += 1
      if (!known.has(who) && got.length > 0) count.strangersIn += 1
      if (got.includes(who)) count.right += 1
      if (got.some((one) => known.has(who) && one !== who)) count.wrong += 1
    }
    expect(people.length).toBeGreaterThanOrEqual(14)
    expect(count).toMatchObject({ wrong: 0, strangersIn: 0 })
    expect(count.strangers).toBeGreaterThanOrEqual(4)
    expect(count.right).toBeGreaterThanOrEqual(15)
  }, 30_000)

  it('a live face opens; the picture of it, held up, is refused as what it is', async () => {
    const at = await open()
    // The spoof set has no frontal photo of the live person, so that the template is put there as it is.
    const [live] = (await look('spoof/image_T1.jpg')).faces
    const embedding = live?.embedding
    if (embedding == null) throw new Error('the live face was not embedded')
    const [spoofed] = (await look('spoof/image_F1.jpg')).faces
    if (spoofed?.embedding == null) throw new Error('the face held up was not embedded')
    const store = createTemplateStore(at.deps)
    const common = {
      community: 'demo',
      use: 'entry' as const,
      createdAt: at.time.now,
      rosterVersion: 1,
      modelSha256: at.deps.modelSha256,
    }
    const put = (id: string, subject: string, mean: Float32Array) =>
      store.write({ ...common, id, subject, embeddings: [mean], mean })
    await put('fac_t', 'res_t', embedding)
    await put('fac_f', 'res_f', spoofed.embedding)
    await at.entry.start()
    await admit(at, ['fac_t', 'res_t'], ['fac_f', 'res_f'])
    expect(await present(at, 'spoof/image_T1.jpg')).toEqual(['res_t'])
    expect(await present(at, 'spoof/image_F1.jpg', 12)).toEqual([])
    expect(at.refusals).toMatchObject([{ reason: 'face-not-live', resident: 'res_f' }])
    expect(await present(at, 'spoof/image_F2.jpg', 12)).toEqual([])
    // F2 is a picture of the person of T1.
    expect(at.refusals[1]).toMatchObject({ reason: 'face-not-live', resident: 'res_t' })
  }, 20_000)

  it.runIf(needs('ffmpeg'))(
    'a person who comes up to the door on video is let in, once',
    async () => {
      const at = await open()
      const photos = ['faces/compreface_003_A.jpg', 'faces/compreface_006_A.jpg']
      await at.entry.enrol(enrolment('fac_a', 'res_a', ...photos.map(base64)))
      await at.entry.enrol(enrolment('fac_o', 'res_o', base64('faces/obama_1.jpg')))
      await admit(at, ['fac_a', 'res_a'], ['fac_o', 'res_o'])
      const folder = mkdtempSync(join(tmpdir(), 'linli-door-'))
      try {
        const video = join(sharedDir, 'media/videos/derived_door_A.mp4')
        const args = ['-v', 'error', '-i', video, '-vf', 'fps=4', '-q:v', '3', `${folder}/%03d.jpg`]
        expect(spawnSync('ffmpeg', args).status).toBe(0)
        const frames = readdirSync(folder).sort()
        for (const [n, name] of frames.entries()) {
          const { faces } = await pool.analyse(readFileSync(join(folder, name)), {
            tasks: ['recognition'],
          })
          at.entry.looked(lookOf(doorCamera, 1e9 + n * 250, ...faces))
        }
        if (process.env['LINLI_SHOW'] === '1')
          console.log(frames.length, at.proofs, at.refusals, at.identities)
      } finally {
        rmSync(folder, { recursive: true })
      }
      expect(at.proofs.length).toBeGreaterThan(0)
      expect(new Set(at.proofs.map(({ resident }) => resident))).toEqual(new Set(['res_a']))
      expect(at.refusals).toEqual([])
    },
    30_000,
  )
})
