import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadShippedRules } from '../../config/rules.ts'
import type { Evidence } from '../../contracts/anomaly.ts'
import { decodeJpeg } from '../../detectors/decode.ts'
import { type FaceDetector, createFaceDetector } from '../../detectors/face-detector.ts'
import { createTemplateStore } from '../../gateway/access/template-store.ts'
import { makeEvidence } from '../../gateway/cameras/evidence-pictures.ts'
import { createEvidenceStore } from '../../gateway/cameras/evidence-store.ts'
import { openDatabase } from '../../gateway/db/open.ts'
import { encodeRecords } from '../../gateway/ingest/batch-codec.ts'
import type { AlarmFact, Fact, SightingFact } from '../../gateway/model/input.ts'
import { createOutboxStore, type OutboxStore } from '../../gateway/outbox/outbox-store.ts'
import { BatchRunner } from '../../gateway/pipeline/batch-runner.ts'
import { composeEngines, migrateGateway } from '../../gateway/pipeline/compose.ts'
import { createSqliteSeries } from '../../gateway/telemetry/sqlite-series.ts'
import { createVisionPool, type VisionPool } from '../../gateway/vision/vision-pool.ts'
import { mediaFile, modelFile } from '../detectors/support.ts'
import * as faces from '../gateway/access/face-stand.ts'
import { aDoor, resident, stand as doorStand } from '../gateway/access/door-stand.ts'
import { until } from '../gateway/cameras/support.ts'
import { api, sender } from '../gateway/outbox/harness.ts'
import type { Heard } from '../gateway/outbox/support.ts'
import { realModels, silent } from '../gateway/vision/support.ts'
import { needs } from '../support/needs.ts'
import { findsTemplate, listsIn } from './template-traces.ts'

const { community, now, doorCamera } = faces
const door = aDoor({ methods: ['face', 'card'], cameras: [doorCamera.id] })
const people = ['res_t', 'res_f', 'res_o']
const pictures = [
  'spoof/image_T1.jpg',
  'spoof/image_F1.jpg',
  'faces/obama_1.jpg',
  'faces/compreface_001_A.jpg',
  'faces_lfw/Naomi_Watts_0001.jpg',
  'groups/obama_biden_two.jpg',
  'groups/compreface_016_8.jpg',
]

/** Enrol, recognise, refuse a picture held up, keep evidence; then everything that the outbox sends. */
describe.runIf(needs('shared-media') && needs('shared-models'))(
  'control C4: no template and no face leaves the box',
  () => {
    let folder = ''
    let pool: VisionPool
    let detector: FaceDetector
    let heard: readonly Heard[] = []
    const templates: Float32Array[] = []
    const closing: (() => unknown)[] = []

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'linli-c4-'))
      pool = createVisionPool(
        { models: await realModels(), clock: Date.now, random: Math.random, logger: silent },
        { workers: 2 },
      )
      await pool.start()
      detector = await createFaceDetector(modelFile('face_det_yunet_n_dynamic.onnx'))
      const facts = await live()
      heard = await sent(facts)
    }, 60_000)
    afterAll(async () => {
      for (const close of closing.toReversed()) await close()
      await detector.dispose()
      await pool.close()
      rmSync(folder, { recursive: true, force: true })
    })

    const look = (file: string) => pool.analyse(mediaFile(file), { tasks: ['recognition'] })

    /** What happens before the door, with the real parts; gives the facts that the pipeline is told. */
    async function live(): Promise<Fact[]> {
      const facts: Fact[] = []
      const doors = doorStand(
        { devices: [door, doorCamera], residents: people.map((id) => resident(id)) },
        { acceptedBy: 'test' },
      )
      const at = await faces.stand({
        analyse: pool.analyse,
        proven: (proof) => doors.doors.proven(proof),
        refused: (refusal) => doors.doors.refused(refusal),
        identified: (fact) => facts.push(fact),
      })
      closing.push(() => at.close())
      const obama = mediaFile('faces/obama_1.jpg').toString('base64')
      await at.entry.enrol(faces.enrolment('fac_o', 'res_o', obama))
      const store = createTemplateStore(at.deps)
      for (const [file, who] of [
        ['spoof/image_T1.jpg', 't'],
        ['spoof/image_F1.jpg', 'f'],
      ] as const) {
        const [seen] = (await look(file)).faces
        if (seen?.embedding == null) throw new Error(`${file} was not embedded`)
        const template = {
          id: `fac_${who}`,
          subject: `res_${who}`,
          community,
          use: 'entry',
        } as const
        const made = { createdAt: now, rosterVersion: 1, modelSha256: at.deps.modelSha256 }
        await store.write({
          ...template,
          ...made,
          embeddings: [seen.embedding],
          mean: seen.embedding,
        })
      }
      await at.entry.start()
      const consents = ['t', 'f', 'o'].map((who) => faces.consent(`fac_${who}`, `res_${who}`))
      at.roster.replace(faces.rosterWith({ version: 9, faces: consents }))
      await at.entry.reconcile()
      await store.load(({ mean, embeddings }) => void templates.push(mean, ...embeddings))
      let atMs = 20_000
      for (const file of ['spoof/image_T1.jpg', 'spoof/image_F1.jpg', 'faces/obama_2.jpg']) {
        const seen = (await look(file)).faces
        for (let n = 0; n < 12; n += 1) {
          atMs += 400
          Object.assign(doors.time, { now: now + atMs, at: atMs })
          at.entry.looked(faces.lookOf(doorCamera, atMs, ...seen))
        }
        atMs += 20_000
      }
      await until(() => doors.facts.length > 0, 'a decision of the door')
      facts.push(...doors.facts, ...doors.alarms)
      const kinds = new Set(facts.map(({ kind }) => kind))
      expect(kinds).toEqual(new Set(['identity', 'access', 'alarm']))
      expect(doors.facts.some(({ granted, method }) => granted && method === 'face')).toBe(true)
      expect(doors.alarms.map(({ type }) => type)).toContain('access.spoof')
      return facts
    }

    /** Evidence of every picture in one alarm each, through the pipeline, its outbox and its sender. */
    async function sent(facts: readonly Fact[]): Promise<readonly Heard[]> {
      const evidence = createEvidenceStore({ clock: Date.now, logger: silent }, { folder })
      await evidence.start()
      closing.push(() => evidence.close())
      const alarms: Fact[] = []
      for (const [n, file] of pictures.entries()) {
        const jpeg = mediaFile(file)
        const { detections, widthPx, heightPx } = await look(file)
        const objects = detections.map((detection) => ({ detection, subject: false }))
        const kept = await makeEvidence(pool.redact, evidence, {
          jpeg,
          knownFacesPx: [],
          objects,
          zones: [],
        })
        if (kept === null) throw new Error(`${file} was not kept`)
        const shown = { kind: 'frame', device: doorCamera.id, ts: now, ...kept } as const
        const frame: Evidence = {
          ...shown,
          widthPx,
          heightPx,
          detections: [...detections],
          models: [],
        }
        alarms.push(alarmWith(n, frame), sightingWith(n, frame))
      }
      const store = outboxOf([...facts, ...alarms])
      const server = await api((_heard, response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
      })
      const { sender: sending } = sender(store, server.url, {
        readEvidence: (sha256) => evidence.read(sha256),
      })
      sending.start()
      await until(() => store.peek(1).length === 0, 'an empty outbox')
      return server.heard
    }

    const alarmWith = (n: number, frame: Evidence): AlarmFact => ({
      kind: 'alarm',
      community,
      device: doorCamera.id,
      type: 'person.intrusion',
      key: `person.intrusion/${n}`,
      ts: now,
      receivedAt: now,
      title: { zh: '有人', en: 'Somebody' },
      description: { zh: '有人', en: 'Somebody' },
      subject: null,
      evidence: [frame],
      rule: { id: 'test', version: '1' },
    })
    const sightingWith = (n: number, frame: Evidence): SightingFact => ({
      kind: 'sighting',
      community,
      camera: doorCamera.id,
      ts: now + n * 10_000,
      receivedAt: now + n * 10_000,
      widthPx: 1,
      heightPx: 1,
      objects: (frame.kind === 'frame' ? frame.detections : []).map((detection, i) => ({
        label: detection.label,
        score: detection.score,
        trackId: `t${i}`,
        zones: [],
        firstSeenAt: now,
        stillMs: 0,
        detection,
      })),
      evidenceSha256: frame.kind === 'frame' ? frame.sha256 : null,
      models: [],
    })

    /** The facts through the real engines into a real outbox. */
    function outboxOf(facts: readonly Fact[]): OutboxStore {
      const db = openDatabase(join(folder, 'gateway.db'))
      closing.push(() => db.close())
      migrateGateway(db)
      const store = createOutboxStore(db)
      const runner = new BatchRunner({
        db,
        parts: {
          engines: composeEngines(loadShippedRules()),
          series: createSqliteSeries(db),
          outbox: store,
        },
        log: { bytesMax: 2 ** 30, ageMaxMs: 2 ** 40 },
        clock: () => now,
        logger: silent,
      })
      const roster = faces.rosterWith({
        devices: [door, doorCamera],
        residents: people.map((id) => resident(id)),
      })
      const record = (kind: 'fact' | 'roster', payload: object) => ({
        kind,
        receivedAt: now,
        topic: '',
        client: 'gateway',
        retain: false,
        payload: Buffer.from(JSON.stringify(payload)),
      })
      runner.run(encodeRecords([record('roster', roster), ...facts.map((f) => record('fact', f))]))
      return store
    }

    it('everything that can go up went up: reports, events, pictures', () => {
      const paths = heard.map(
        ({ method, path }) => `${method} ${path.replace(/[0-9a-f]{64}/, '*')}`,
      )
      expect(new Set(paths)).toEqual(
        new Set([
          'POST /api/v1/anomalies',
          'POST /api/v1/gateway/events',
          'PUT /api/v1/evidence/*',
        ]),
      )
      const text = Buffer.concat(heard.map(({ body }) => body)).toString('latin1')
      for (const type of ['access.granted', 'access.spoof', 'sighting', 'person.intrusion'])
        expect(text, type).toContain(type)
    })

    it('no body holds a template, as bytes, base64, hex or text, nor any list as long as one', () => {
      expect(templates.length).toBeGreaterThanOrEqual(6)
      for (const { path, body } of heard) {
        for (const template of templates) expect(findsTemplate(body, template), path).toBeNull()
        if (!path.includes('evidence'))
          expect(listsIn(JSON.parse(body.toString())), path).toEqual([])
      }
    })

    it('no picture shows a face', async () => {
      const sentPictures = heard.filter(({ method }) => method === 'PUT')
      expect(sentPictures.length).toBeGreaterThanOrEqual(pictures.length)
      const options = { scoreMin: 0.5, longSideMaxPx: 1_280 }
      for (const { path, body } of sentPictures)
        expect(await detector.detect(await decodeJpeg(body), options), path).toEqual([])
      for (const file of pictures) {
        const before = await detector.detect(await decodeJpeg(mediaFile(file)), options)
        expect(before.length, file).toBeGreaterThan(0)
      }
    }, 20_000)
  },
)
