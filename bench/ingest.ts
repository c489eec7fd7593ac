import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BenchArguments } from './support/arguments.ts'
import { benchCommunity, benchDevice, benchSecret, benchUser } from './support/bench-roster.ts'
import { Child } from './support/child.ts'
import type { LoadOrder, LoadReport } from './support/load.ts'

const connections = 16
const window = 512
const baselineLeast = 40_000
/** Ten digits; each run of the load starts far from the one before. */
const seqBase = 1_000_000_000
const seqStep = 100_000_000

/** The JSON line of `bench ingest`: contract.md, and what explains it. */
export interface IngestLine {
  readonly perSecond: number
  readonly baselinePerSecond: number
  readonly ratio: number
  /** At half the saturated rate. */
  readonly loopDelayP99Ms: number
  readonly loopDelayP99MsSaturated: number
  readonly ackP99Ms: number
  readonly ackP99MsSaturated: number
  readonly commitP99Ms: number
  readonly rounds: readonly { readonly gateway: number; readonly baseline: number }[]
  readonly stored: number
  readonly acked: number
}

class Rig {
  readonly folder = mkdtempSync(join(tmpdir(), 'linli-bench-ingest-'))
  readonly baseline = new Child(import.meta.url, './support/bare-broker.ts')
  readonly gateway = new Child(import.meta.url, './support/gateway-child.ts', {
    folder: this.folder,
    devices: connections,
  })
  readonly load = new Child(import.meta.url, './support/load.ts')
  #runs = 0
  #ports = { baseline: 0, gateway: 0 }

  async start(): Promise<void> {
    this.#ports = {
      baseline: (await this.baseline.hear<{ port: number }>()).port,
      gateway: (await this.gateway.hear<{ port: number }>()).port,
    }
  }

  run(
    target: 'baseline' | 'gateway',
    seconds: number,
    perSecond: number | null = null,
  ): Promise<LoadReport> {
    const order: LoadOrder = {
      port: this.#ports[target],
      community: benchCommunity,
      clients: Array.from({ length: connections }, (_, number) => ({
        clientId: `load-${number}`,
        device: benchDevice(number),
        username: benchUser(number),
        password: benchSecret,
      })),
      window,
      seconds,
      perSecond,
      firstSeq: seqBase + (this.#runs++ % 80) * seqStep,
    }
    return this.load.ask<LoadReport>(order)
  }

  async close(): Promise<void> {
    await Promise.all([this.baseline.end(), this.gateway.end(), this.load.end()])
    rmSync(this.folder, { recursive: true, force: true })
  }
}

interface GatewayStats {
  readonly readings: { readonly stored: number }
  readonly commitMs: { readonly p99: number }
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
const rounded = (value: number, digits = 0): number => Number(value.toFixed(digits))

/** Durable QoS 1 against bare in-memory aedes, in alternating rounds; throws below the least baseline. */
export async function benchIngest(args: BenchArguments): Promise<IngestLine> {
  const seconds = args.seconds ?? 5
  const roundCount = args.rounds ?? 3
  const rig = new Rig()
  try {
    await rig.start()
    await rig.run('baseline', 2)
    let acked = (await rig.run('gateway', 2)).acked
    const rounds: { gateway: number; baseline: number }[] = []
    let saturated: LoadReport | null = null
    await rig.gateway.ask({ ask: 'delay-start' })
    const delays: number[] = []
    for (let round = 0; round < roundCount; round++) {
      const baseline = await rig.run('baseline', seconds)
      await rig.gateway.ask({ ask: 'delay-start' })
      saturated = await rig.run('gateway', seconds)
      delays.push(await rig.gateway.ask<number>({ ask: 'delay' }))
      acked += saturated.acked
      rounds.push({
        gateway: rounded(saturated.perSecond),
        baseline: rounded(baseline.perSecond),
      })
    }
    const perSecond = median(rounds.map((round) => round.gateway))
    const baselinePerSecond = median(rounds.map((round) => round.baseline))
    if (baselinePerSecond < baselineLeast)
      throw new Error(`baseline ${baselinePerSecond}/s is below ${baselineLeast}/s: no measurement`)
    await rig.gateway.ask({ ask: 'delay-start' })
    const half = await rig.run('gateway', seconds, perSecond / 2)
    const loopDelayP99Ms = await rig.gateway.ask<number>({ ask: 'delay' })
    const stats = await rig.gateway.ask<GatewayStats>({ ask: 'stats' })
    return {
      perSecond,
      baselinePerSecond,
      ratio: rounded(perSecond / baselinePerSecond, 3),
      loopDelayP99Ms: rounded(loopDelayP99Ms, 2),
      loopDelayP99MsSaturated: rounded(median(delays), 2),
      ackP99Ms: rounded(half.ackP99Ms, 2),
      ackP99MsSaturated: rounded(saturated?.ackP99Ms ?? 0, 2),
      commitP99Ms: rounded(stats.commitMs.p99, 2),
      rounds,
      stored: stats.readings.stored,
      acked: acked + half.acked,
    }
  } finally {
    await rig.close()
  }
}
