import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Roster } from '../contracts/roster.ts'
import type { BenchArguments } from './support/arguments.ts'
import { benchEntrance } from './support/entrance-bench.ts'
import { entranceRoster, entranceSecret } from './support/entrance-roster.ts'
import { rounded } from './support/figures.ts'
import { type GatewayProcess, modelsOpen, startGatewayProcess } from './support/gateway-process.ts'
import { framesAt1080p, sharedModels, weights } from './support/media.ts'
import { plateFrames } from './support/plate-frames.ts'

const community = 'bench'
/** One car is let in by a barrier once in half a minute: as many as the turns of that time. */
const gates = Array.from({ length: 40 }, (_, number) => `gate-${number}`)
const cars = {
  苏ED51712: 'videos/derived_gate_green.mp4',
  皖AUJ299: 'videos/derived_gate_blue.mp4',
}

/**
 * `bench gate`: two cars at one of several barriers, 1080p frames over MQTT through the whole gateway
 * process until the command is with the arm, against the models of one look and one decode.
 */
export async function benchGate(
  args: Pick<BenchArguments, 'templates' | 'rounds'>,
): Promise<object> {
  const plates = args.templates ?? 10_000
  const folder = await mkdtemp(join(tmpdir(), 'linli-bench-gate-'))
  let gateway: GatewayProcess | null = null
  try {
    const file = await weights()
    const home = join(folder, 'home')
    gateway = await startGatewayProcess({ home, community, models: sharedModels() })
    await gateway.ask('PUT', '/roster', rosterWith(plates))
    await modelsOpen(gateway)
    const approaches: Record<string, readonly string[]> = {}
    for (const [plate, video] of Object.entries(cars)) {
      const rate = { framesPerSecond: 5, seconds: 8 }
      const frames = await framesAt1080p(video, folder, rate)
      approaches[plate] = await plateFrames(frames, plate, file)
    }
    const picture = Object.values(approaches)[0]?.[0]
    if (picture === undefined) throw new Error('no frame shows the plate')
    const figures = await benchEntrance({
      load: {
        url: gateway.mqttUrl,
        community,
        entrances: gates,
        secret: entranceSecret,
        approaches,
      },
      raw: { picture, runs: rawRuns(file) },
      perRound: 12,
      rounds: args.rounds ?? 5,
    })
    const { loopDelayMs } = await gateway.health()
    return { ...figures, templates: plates, loopDelayP99Ms: rounded(loopDelayMs.p99, 1) }
  } finally {
    await gateway?.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** What one look asks: the plate, two opinions on its text, its colour. */
const rawRuns = (file: (task: string, variant?: string) => string) => [
  { file: file('plates'), shape: [1, 3, 640, 640] },
  { file: file('plate-text', 'main'), shape: [1, 3, 24, 94] },
  { file: file('plate-text', 'second'), shape: [1, 3, 24, 94] },
  { file: file('plate-colour'), shape: [1, 3, 96, 96] },
]

function rosterWith(plates: number): Roster {
  const others = Array.from(
    { length: Math.max(0, plates - 2) },
    (_, number) => `京N${String(number).padStart(5, '0')}`,
  )
  return {
    ...entranceRoster('barrier', gates, community),
    vehicles: [...Object.keys(cars), ...others].map((plate) => ({
      id: `vehicle-${plate}`,
      community,
      plate,
      holder: null,
      list: 'allow' as const,
      note: null,
      from: null,
      to: null,
    })),
  }
}
