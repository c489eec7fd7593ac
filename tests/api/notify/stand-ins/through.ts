import { buildChannels } from '../../../../api/notify/channels/build.ts'
import type { HttpCallOptions } from '../../../../api/notify/channels/http-call.ts'
import { notify } from '../../../../api/notify/notify.ts'
import type { NotifySender } from '../../../../api/notify/sender.ts'
import type { NotifyChannel, NotifySettings } from '../../../../config/notify-schema.ts'
import { type Bench, alarm, senderOn } from '../support.ts'

type Outgoing = Pick<HttpCallOptions, 'timeoutMs' | 'resolve'>

/** A test of a server that says nothing need not wait as long as the product does. */
export const impatient = { outgoing: { timeoutMs: 300 } } as const

/** The real sender on the real store, with one channel as the configuration describes it. */
export interface Through {
  readonly bench: Bench
  /** Puts one message on the queue and lets everything go out that may. */
  send(incident: string, more?: Parameters<typeof alarm>[0]): Promise<void>
  pass(ms: number): Promise<void>
  row(incident?: string): Promise<Awaited<ReturnType<Bench['rows']>>[number]>
  attempts(): Promise<readonly { ok: number; code: string; detail: string }[]>
  /** A sender of its own on the same queue, as after a restart, as patient as the product. */
  restart(): Promise<void>
  close(): Promise<void>
}

export interface ThroughOptions {
  readonly allowedAddresses?: readonly string[]
  /** Left out: as patient as the product. Machines under load answer late, too. */
  readonly outgoing?: Outgoing
  readonly address?: { readonly phone?: string; readonly email?: string }
  readonly settings?: Partial<NotifySettings>
}

export async function through(
  bench: Bench,
  channel: NotifyChannel,
  options: ThroughOptions = {},
): Promise<Through> {
  const { allowedAddresses = ['127.0.0.0/8'], outgoing = {}, address } = options
  Object.assign(bench.deps.settings, {
    channels: [channel],
    allowedAddresses,
    // Caps of persons are tested elsewhere; here only the provider may hold anything back.
    perPerson: { perMinute: 1_000, perHour: 10_000 },
    ...options.settings,
  })
  const start = (how: Outgoing): NotifySender => {
    const built = buildChannels(bench.deps.settings, { clock: bench.deps.clock, outgoing: how })
    return senderOn(bench, Object.fromEntries(built))
  }
  let sender = start(outgoing)
  const to =
    address === undefined
      ? ({ kind: 'group', channel: channel.name } as const)
      : ({ kind: 'contact', id: 'daughter', name: '王芳', ...address } as const)
  return {
    bench,
    async send(incident, more = {}) {
      await bench.transact((trx) =>
        notify(trx, bench.deps, alarm({ incident, severity: 'major', to: [to], ...more })),
      )
      await sender.settle()
    },
    async pass(ms) {
      bench.time.now += ms
      await sender.settle()
    },
    async row(incident = 'tkt_1') {
      const row = (await bench.rows(incident)).find((one) => one.channel === channel.name)
      if (row === undefined) throw new Error(`no message of ${incident}`)
      return row
    },
    attempts: () =>
      bench.db.selectFrom('notification_attempts').select(['ok', 'code', 'detail']).execute(),
    async restart() {
      await sender.close()
      const { resolve } = outgoing
      sender = start(resolve === undefined ? {} : { resolve })
    },
    async close() {
      await sender.close()
      await bench.close()
    },
  }
}
