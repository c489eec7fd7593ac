import { hourMs, secondMs } from '../contracts/clock.ts'
import { parts } from './community/cast.ts'
import { actuators, loudspeakers } from './community/catalog.ts'
import { actOnCommands, walkThrough } from './devices/actuator.ts'
import { SimSpeaker } from './devices/speaker.ts'
import type { ApiClient } from './product/api-client.ts'
import { readAdmissions, readSelfReport, type SelfReport } from './product/self-report.ts'
import { createTicketWatch } from './product/ticket-watch.ts'
import type { Random } from './random.ts'
import { everyday } from './scenario/everyday.ts'
import { allClear, script } from './scenario/script.ts'
import { Stage } from './scenario/stage.ts'
import { stagedAt, type TruthList } from './scenario/truth.ts'
import { type Opening, type PassageScore, scorePassages } from './score/passages.ts'
import { scoreRun, type Score } from './score/score.ts'
import { watchClosely } from './seed-community.ts'
import type { World } from './world.ts'

export interface PlayDeps {
  readonly api: ApiClient
  readonly world: World
  readonly truth: TruthList
  readonly seed: Random
  readonly cards: Readonly<Record<string, string>>
  readonly visitorQr: string
  readonly clock: () => number
  readonly log: (text: string) => void
  /** Saves how far each device has counted. */
  readonly save: () => void
}

export interface PlayOptions {
  /** Null: until `signal` is aborted. */
  readonly durationMs: number | null
  /** A home that was played before: what it left behind must be over before a scored play begins. */
  readonly replay: boolean
  readonly signal: AbortSignal
}

/** The closing line of the demo, field for field as contract.md has it. */
export type PlayResult = Score & { readonly tickets: number } & SelfReport & PassageScore

/** From the last history to the first act: the roster changes in between. */
const curtainMs = 3 * secondMs
/** Noise is over after 60 s below its limit; everything else ends sooner. */
const calmMs = 65 * secondMs
const tickMs = 500
const saveMs = 5 * secondMs

/**
 * One play: history, then the script in real time, then the score. The start is fixed once most of the
 * history is in, so that "24 hours ago" can be written into what is left of it. Null where it was stopped
 * before its end, or has none: half a play has no score.
 */
export async function play(deps: PlayDeps, options: PlayOptions): Promise<PlayResult | null> {
  const { api, world, truth, clock, log } = deps
  const watch = createTicketWatch(api, clock)
  const openings: Opening[] = []
  const timers: NodeJS.Timeout[] = []
  try {
    await watch.start()
    await connect(deps, openings)
    const stage = new Stage({
      devices: world.devices,
      cameras: world.cameras,
      cards: deps.cards,
      visitorQr: deps.visitorQr,
      clock,
      warn: log,
    })
    if (options.replay && options.durationMs !== null) {
      timers.push(...(await calmDown(deps, stage)))
      await pause(calmMs, options.signal)
    }
    const startedAt = await raiseCurtain(deps)
    if (timers.length === 0) timers.push(...letLive(deps))
    timers.push(setInterval(deps.save, saveMs))
    watch.onTicket((title) => log(`  ${seconds(clock() - startedAt)} s  工单 / ticket: ${title}`))
    const listed = new Set([...truth.staged, ...truth.passages, ...truth.traps].map(({ id }) => id))
    const steps = script.filter(({ of }) => of === null || listed.has(of))
    const running = stage.play(steps, startedAt)
    const life = everyday(stage, deps.seed.fork('everyday'), {
      incidents: options.durationMs === null,
      warn: log,
    })
    await until(options, startedAt, clock)
    running.cancel()
    life.stop()
    logFrames(deps)
    return options.signal.aborted ? null : await result(deps, watch, openings, startedAt)
  } finally {
    for (const timer of timers) clearInterval(timer)
    watch.stop()
  }
}

function logFrames({ world, log }: PlayDeps): void {
  let [sent, skipped] = [0, 0]
  for (const { stats } of world.cameras.values()) {
    sent += stats.sent
    skipped += stats.skipped
  }
  log(`  cameras sent ${sent} frames and skipped ${skipped}`)
}

async function connect({ world, clock, log }: PlayDeps, openings: Opening[]): Promise<void> {
  await world.connect()
  for (const id of actuators) {
    const device = world.devices.get(id)
    if (device === undefined) continue
    actOnCommands(device.link, clock, (name) => {
      openings.push({ door: id, at: clock() })
      log(`  ${id}: ${name}`)
      if ('doorOpen' in device.spec.resting)
        walkThrough((doorOpen) => device.notice({ doorOpen }, clock()))
    })
  }
  for (const { id } of loudspeakers) {
    const device = world.devices.get(id)
    if (device === undefined) continue
    const speaker = new SimSpeaker({
      link: device.link,
      clock,
      heard: ({ text, lastsMs }) =>
        log(`  ${id}: ${text === '' ? '♪' : text} (${seconds(lastsMs)} s)`),
      playing: (on) => void device.notice({ playing: on }, clock()).catch(() => undefined),
    })
    speaker.start()
  }
  const before = clock()
  const readings = await world.backfill()
  log(`  history: ${readings} readings acknowledged in ${clock() - before} ms`)
}

/** Cameras and sensors begin; answers the timers that keep them going. */
function letLive({ world }: PlayDeps): readonly NodeJS.Timeout[] {
  for (const player of world.cameras.values()) player.start()
  return [setInterval(() => world.tick(), tickMs)]
}

async function calmDown(deps: PlayDeps, stage: Stage): Promise<readonly NodeJS.Timeout[]> {
  deps.log(
    `  先安静 ${calmMs / secondMs} 秒，让上一次的事过去 / quiet first, until the last play is over`,
  )
  const timers = letLive(deps)
  for (const action of allClear) await stage.act(action)
  return timers
}

/** Fixes the start, writes what depends on it into the history, and waits for it. */
async function raiseCurtain({ world, clock, log, api, save }: PlayDeps): Promise<number> {
  const startedAt = clock() + curtainMs
  const day = 24 * hourMs
  await world.backfillPinned({
    unseenAt: startedAt + stagedAt('resident.unseen', parts.unseen) - day,
    cannotTellAt: startedAt + stagedAt('resident.cannot-tell', parts.cannotTell) - day,
  })
  await watchClosely(api, clock())
  save()
  const left = startedAt - clock()
  if (left > 0) await new Promise((resolve) => setTimeout(resolve, left))
  else log(`  the play begins ${-left} ms late: this machine is busy`)
  return startedAt
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await until({ durationMs: ms, signal, replay: false }, 0, () => 0)
}

async function until(options: PlayOptions, startedAt: number, clock: () => number): Promise<void> {
  const { durationMs, signal } = options
  await new Promise<void>((resolve) => {
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
    if (durationMs !== null) setTimeout(resolve, Math.max(0, startedAt + durationMs - clock()))
  })
}

async function result(
  deps: PlayDeps,
  watch: ReturnType<typeof createTicketWatch>,
  openings: readonly Opening[],
  startedAt: number,
): Promise<PlayResult> {
  const { truth, api, log } = deps
  const tickets = await watch.collect()
  const score = scoreRun(truth.staged, tickets, startedAt)
  const { faults, ...passages } = scorePassages(
    truth.passages,
    openings.filter(({ at }) => at >= startedAt),
    await readAdmissions(api, startedAt),
    startedAt,
  )
  for (const fault of faults) log(`  entrance: ${fault}`)
  return {
    ...score,
    tickets: tickets.length,
    ...(await readSelfReport(api)),
    ...passages,
  }
}

const seconds = (ms: number): string => (ms / secondMs).toFixed(1).padStart(5)
