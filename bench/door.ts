import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EnrolRequest } from '../contracts/private-api.ts'
import type { Roster } from '../contracts/roster.ts'
import { createTemplateStore } from '../gateway/access/template-store.ts'
import { sha256Of } from '../config/models.ts'
import type { BenchArguments } from './support/arguments.ts'
import { benchEntrance } from './support/entrance-bench.ts'
import { entranceRoster, entranceSecret } from './support/entrance-roster.ts'
import { rounded } from './support/figures.ts'
import { type GatewayProcess, modelsOpen, startGatewayProcess } from './support/gateway-process.ts'
import { framesAt1080p, mediaPath, sharedModels, weights } from './support/media.ts'
import { seeded, unitVector } from './support/random.ts'

const community = 'bench'
const person = 'resident-known'
const doors = Array.from({ length: 12 }, (_, number) => `door-${number}`)
/** Other photographs of the person in the video than the one that it was made from. */
const enrolled = ['faces/compreface_002_A.jpg', 'faces/compreface_003_A.jpg']

/**
 * `bench door`: a face among 10,000 at one of several doors, 1080p frames over MQTT through the whole
 * gateway process until the command is with the lock, against the models of one look and one decode.
 */
export async function benchDoor(
  args: Pick<BenchArguments, 'templates' | 'rounds' | 'seed'>,
): Promise<object> {
  const templates = args.templates ?? 10_000
  const folder = await mkdtemp(join(tmpdir(), 'linli-bench-door-'))
  const keyHex = randomBytes(32).toString('hex')
  let gateway: GatewayProcess | null = null
  try {
    const file = await weights()
    const home = join(folder, 'home')
    const strangers = await enrolStrangers(home, keyHex, templates - 1, args.seed, file)
    const config = join(folder, 'linli.yaml')
    await writeFile(config, 'access:\n  pictureLivenessAcceptedBy: the benchmark\n')
    const env = { LINLI_FACE_KEY: keyHex, LINLI_CONFIG: config }
    gateway = await startGatewayProcess({ home, community, models: sharedModels(), env })
    await gateway.ask('PUT', '/roster', rosterWith(strangers))
    await modelsOpen(gateway)
    await enrolPerson(gateway)
    const count = (await gateway.ask('GET', '/faces/count')) as { templates: number }
    const frames = await framesAt1080p('videos/derived_door_A.mp4', folder, {
      framesPerSecond: 5,
      seconds: 4,
    })
    const figures = await benchEntrance({
      load: {
        url: gateway.mqttUrl,
        community,
        entrances: doors,
        secret: entranceSecret,
        approaches: { [person]: frames.slice(2, 10) },
      },
      raw: { picture: frames[2] as string, runs: rawRuns(file) },
      perRound: doors.length,
      rounds: args.rounds ?? 5,
    })
    const { loopDelayMs } = await gateway.health()
    return { ...figures, templates: count.templates, loopDelayP99Ms: rounded(loopDelayMs.p99, 1) }
  } finally {
    await gateway?.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** What one look asks: the face, it and its mirror image embedded, both opinions on life. */
const rawRuns = (file: (task: string, variant?: string) => string) => [
  { file: file('faces'), shape: [1, 3, 384, 640] },
  { file: file('face-embedding'), shape: [1, 3, 112, 112] },
  { file: file('face-embedding'), shape: [1, 3, 112, 112] },
  { file: file('liveness', 'v2'), shape: [1, 3, 80, 80] },
  { file: file('liveness', 'v1se'), shape: [1, 3, 80, 80] },
]

/** People who never come, in the product's own encrypted files: directions that mean nobody. */
async function enrolStrangers(
  home: string,
  keyHex: string,
  count: number,
  seed: number,
  file: (task: string) => string,
): Promise<string[]> {
  const random = seeded(seed)
  const modelSha256 = sha256Of(await readFile(file('face-embedding')))
  const store = createTemplateStore({ folder: join(home, 'faces'), keyHex, random: randomBytes })
  const ids = Array.from({ length: count }, (_, number) => `stranger-${number}`)
  const atOnce = 64
  for (let from = 0; from < count; from += atOnce) {
    await Promise.all(
      ids.slice(from, from + atOnce).map((id) => {
        const vector = unitVector(128, random)
        const embeddings = [vector]
        const owner = { id, community, subject: `resident-${id}`, use: 'entry' as const }
        const made = { createdAt: Date.now(), rosterVersion: 0, modelSha256 }
        return store.write({ ...owner, ...made, embeddings, mean: vector })
      }),
    )
  }
  return ids
}

function rosterWith(strangers: readonly string[]): Roster {
  const faces = [...strangers, 'known'].map((id) => ({
    id,
    community,
    resident: `resident-${id}`,
    consent: `consent-${id}`,
  }))
  const name = (id: string) => ({ id, community, household: null, name: id, honorific: id })
  return {
    ...entranceRoster('door', doors, community),
    residents: faces.map(({ resident }) => ({ ...name(resident), watch: null, away: [] })),
    faces,
  }
}

async function enrolPerson(gateway: GatewayProcess): Promise<void> {
  const pictures = await Promise.all(
    enrolled.map(async (name) => (await readFile(mediaPath(name))).toString('base64')),
  )
  const request: EnrolRequest = {
    template: 'known',
    community,
    subject: person,
    use: 'entry',
    pictures,
  }
  await gateway.ask('POST', '/faces', request)
}
