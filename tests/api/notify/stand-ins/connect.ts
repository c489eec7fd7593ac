import { afterEach, beforeEach } from 'vitest'
import type { NotifyChannel } from '../../../../config/notify-schema.ts'
import { type Bench, startBench } from '../support.ts'
import type { StandIn } from './http.ts'
import { type Through, type ThroughOptions, through } from './through.ts'

export interface Connected {
  readonly bench: Bench
  readonly provider: StandIn
  readonly way: Through
}

/** A bench for each test, and a provider with a sender in front of it where the test connects them. */
export function connecting(): {
  readonly bench: () => Bench
  readonly connect: (
    start: (clock: () => number) => Promise<StandIn>,
    channel: (port: number) => NotifyChannel,
    options?: ThroughOptions,
  ) => Promise<Connected>
} {
  let bench: Bench
  const open: { close(): Promise<void> }[] = []
  beforeEach(async () => {
    bench = await startBench()
  })
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close()
  })
  return {
    bench: () => bench,
    async connect(start, channel, options) {
      const provider = await start(bench.deps.clock)
      const way = await through(bench, channel(provider.port), options)
      open.push(way, provider)
      return { bench, provider, way }
    },
  }
}
