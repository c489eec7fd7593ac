import type { BenchArguments } from './support/arguments.ts'
import { Product } from './support/product.ts'
import { SteadySender } from './support/steady-sender.ts'

const sensors = 5
const readingsPerSensor = 1_000
const killWithinMs = 100
const settleWithinMs = 60_000
const ticketsWithinMs = 60_000

/** The JSON line of `bench kill`. Nothing is lost when `stored` is `acked`, nothing doubled at 0. */
export interface KillLine {
  readonly kills: number
  /** Readings that the gateway acknowledged. */
  readonly acked: number
  /** Different ones of them that the api answers. */
  readonly stored: number
  /** Readings that are stored more than once. */
  readonly duplicates: number
  /** One call for help is staged per kill. */
  readonly tickets: number
  readonly duplicateTickets: number
  /** Readings sent and not acknowledged at the moment of the kills, on average. */
  readonly inFlightAtKill: number
  /** From the kill until the gateway listens again, ms, on average. */
  readonly restartMs: number
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const mean = (values: readonly number[]): number =>
  Math.round(values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length))

/** A small linear congruential generator: the same seed kills at the same moments. */
function chance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

async function waitUntil(what: string, withinMs: number, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + withinMs
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`never happened: ${what}`)
    await pause(5)
  }
}

interface Ticket {
  readonly id: string
  readonly source: { readonly device?: string | null }
}

async function ticketsOf(product: Product, expected: number): Promise<Ticket[]> {
  const deadline = Date.now() + ticketsWithinMs
  for (;;) {
    const tickets: Ticket[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: { items: Ticket[]; next: string | null } = await product.request(
        'GET',
        `/tickets?limit=1000${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      )
      tickets.push(...page.items)
      cursor = page.next
    }
    const calls = tickets.filter((ticket) => ticket.source.device?.startsWith('button-') === true)
    if (calls.length >= expected || Date.now() > deadline) return calls
    await pause(100)
  }
}

async function killOnce(
  product: Product,
  senders: readonly SteadySender[],
  button: SteadySender,
  random: () => number,
): Promise<{ readonly inFlight: number; readonly restartMs: number }> {
  const atMs = random() * killWithinMs
  const pressAtMs = random() * killWithinMs
  const press = pause(pressAtMs).then(() =>
    button.send({ ts: Date.now(), seq: 1, values: { sos: true } }),
  )
  await pause(atMs)
  const inFlight = senders.reduce((sum, sender) => sum + sender.inFlight, 0)
  const killedAt = performance.now()
  await product.killGateway()
  await press
  await product.startGateway()
  const restartMs = performance.now() - killedAt
  const all = [...senders, button]
  await waitUntil('all is acknowledged', settleWithinMs, () =>
    all.every((sender) => sender.owed === 0),
  )
  return { inFlight, restartMs }
}

async function count(product: Product, sent: number): Promise<{ stored: number; doubled: number }> {
  let stored = 0
  let doubled = 0
  for (let number = 0; number < sensors; number++) {
    const values = await product.values(`sensor-${number}`, 'n')
    const different = new Set(values)
    stored += [...different].filter((value) => value >= 1 && value <= sent).length
    doubled += values.length - different.size
  }
  return { stored, doubled }
}

/** `kill -9` on the gateway, again and again, while 5,000 readings are on their way. */
export async function benchKill(args: BenchArguments): Promise<KillLine> {
  const kills = args.kills ?? 20
  const random = chance(args.seed)
  const product = new Product()
  const senders: SteadySender[] = []
  const buttons: SteadySender[] = []
  try {
    await product.start()
    const sender = async (device: string, type: string): Promise<SteadySender> => {
      const credential = await product.register(device, type)
      return new SteadySender({ port: product.mqttPort, device, ...credential })
    }
    for (let i = 0; i < sensors; i++) senders.push(await sender(`sensor-${i}`, 'sensor'))
    for (let i = 0; i < kills; i++) buttons.push(await sender(`button-${i}`, 'sos'))
    for (const each of senders) each.start()
    const inFlight: number[] = []
    const restarts: number[] = []
    let n = 0
    for (const button of buttons) {
      button.start()
      for (let i = 0; i < readingsPerSensor; i++) {
        n++
        for (const each of senders) each.send({ ts: Date.now(), seq: n, values: { n } })
      }
      const round = await killOnce(product, senders, button, random)
      inFlight.push(round.inFlight)
      restarts.push(round.restartMs)
      button.end()
    }
    const { stored, doubled } = await count(product, n)
    const tickets = await ticketsOf(product, kills)
    const devices = new Set(tickets.map((ticket) => ticket.source.device))
    return {
      kills,
      acked: senders.reduce((sum, each) => sum + each.acked, 0),
      stored,
      duplicates: doubled,
      tickets: devices.size,
      duplicateTickets: tickets.length - devices.size,
      inFlightAtKill: mean(inFlight),
      restartMs: mean(restarts),
    }
  } finally {
    for (const each of [...senders, ...buttons]) each.end()
    await product.close()
  }
}
