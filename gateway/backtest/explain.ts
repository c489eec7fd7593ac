import type { RuleBook } from '../../config/rules.ts'
import { hourMs } from '../../contracts/clock.ts'
import type { ExplainRequest, ExplainStep, GatewayExplanation } from '../../contracts/explain.ts'
import { decode } from '../ingest/decode.ts'
import type { Input } from '../model/input.ts'
import type { LogRecord } from '../model/record.ts'
import type { OutboxItem } from '../outbox/outbox-item.ts'
import { composeEngines } from '../pipeline/compose.ts'
import { rulesAt } from './log-rules.ts'
import { beginsWithRoster, openForReading, rosterOfNow } from './log-roster.ts'
import { LogReader, spanOfLog } from './log-reader.ts'
import { Replay } from './replay.ts'

const stepsMax = 400
/** What led to it is looked for so far back: a care window is a day, most rules minutes. */
const careBackMs = 30 * hourMs
const backMs = 3 * hourMs
/** And what came of it so far on. */
const onMs = 6 * hourMs

interface Row {
  readonly engine: string
  readonly key: string
  readonly value: string
}

/**
 * The chain from readings to the anomaly: the log is replayed through the engines, and whatever concerns the device,
 * the person or the home is written down with the state that it left behind. Generic on purpose: an engine
 * shows its state as it keeps it.
 */
export function explain(
  inputs: { readonly file: string; readonly inForce: RuleBook },
  request: ExplainRequest,
): GatewayExplanation {
  const db = openForReading(inputs.file)
  const span = spanOfLog(db)
  const chain = new Chain(request, rulesAt(db, span?.from ?? 0, inputs.inForce))
  try {
    const reader = span === null ? null : new LogReader(db, span)
    let isFirst = true
    for (const page of reader?.pages() ?? []) {
      if (isFirst && !beginsWithRoster(page))
        chain.warm([rosterOfNow(db, page[0]?.receivedAt ?? 0)])
      isFirst = false
      if (!chain.follow(page)) break
    }
    const queued = db
      .prepare<[string], number>('SELECT count(*) FROM outbox WHERE id = ?')
      .pluck()
      .get(request.anomaly)
    return {
      log: {
        from: span?.from ?? null,
        to: span?.to ?? null,
        // The first batch of all is never missed: before it there was nothing.
        reachesBack:
          span !== null && (span.firstId === 1 || span.from <= request.raisedAt - chain.lookBackMs),
      },
      rule: ruleOf(request, rulesAt(db, request.raisedAt, inputs.inForce)),
      ...chain.result(),
      queued: (queued ?? 0) > 0,
    }
  } finally {
    chain.close()
    db.close()
  }
}

function ruleOf({ rule }: ExplainRequest, book: RuleBook): GatewayExplanation['rule'] {
  if (rule === null) return null
  const care = rule.id === 'care' && rule.version === book.careVersionTag ? book.care : null
  const found = book.rules.find(
    ({ id, versionTag }) => id === rule.id && versionTag === rule.version,
  )
  const definition = (care ?? found ?? null) as Record<string, unknown> | null
  return { ...rule, definition }
}

class Chain {
  readonly lookBackMs: number
  readonly #request: ExplainRequest
  readonly #replay: Replay
  readonly #rows
  #states = new Map<string, string>()
  #steps: ExplainStep[] = []
  #leftOut = 0
  #reproduced = false

  constructor(request: ExplainRequest, rules: RuleBook) {
    this.#request = request
    this.lookBackMs = request.subject?.kind === 'resident' ? careBackMs : backMs
    this.#replay = new Replay({
      engines: composeEngines(rules),
      onItem: (item) => this.#item(item),
    })
    this.#rows = this.#replay.db.prepare<[string, string], Row>(
      'SELECT engine, key, value FROM engine_state WHERE instr(key, ?) > 0 OR instr(key, ?) > 0 ORDER BY engine, key',
    )
  }

  warm(records: readonly LogRecord[]): void {
    this.#replay.run(records)
  }

  /** False once enough is known. */
  follow(page: readonly LogRecord[]): boolean {
    const { raisedAt } = this.#request
    let quiet: LogRecord[] = []
    for (const record of page) {
      const near = record.receivedAt >= raisedAt - this.lookBackMs
      const told = near ? this.#concerns(record) : []
      // A tick may be the deadline itself.
      if (told.length === 0 && !(near && record.kind === 'tick')) {
        quiet.push(record)
        continue
      }
      this.#replay.run(quiet)
      quiet = []
      for (const input of told) this.#push(stepOf(input, record))
      this.#replay.run([record])
      this.#watchState(record.receivedAt)
    }
    this.#replay.run(quiet)
    return (page.at(-1)?.receivedAt ?? 0) <= raisedAt + onMs
  }

  result(): Pick<GatewayExplanation, 'steps' | 'leftOut' | 'reproduced'> {
    return { steps: this.#steps, leftOut: this.#leftOut, reproduced: this.#reproduced }
  }

  close(): void {
    this.#replay.close()
  }

  #devices(): ReadonlySet<string> {
    const { device, subject, community } = this.#request
    const book = this.#replay.processor.roster.book
    const home = subject?.kind === 'resident' ? book.resident(subject.id)?.household : null
    const ids = home == null ? [] : book.devicesOf(home).map(({ id }) => id)
    return new Set([...ids, ...(device === null ? [] : [device])].map((id) => `${community}/${id}`))
  }

  #concerns(record: LogRecord): readonly Input[] {
    if (['roster', 'tick', 'rules'].includes(record.kind)) return []
    const devices = this.#devices()
    const person = this.#request.subject?.kind === 'resident' ? this.#request.subject.id : null
    return decode(record).inputs.filter((input) => {
      if (input.kind === 'beat' || input.kind === 'tick' || input.kind === 'start') return false
      const about = placeOf(input)
      if (about !== null && devices.has(`${input.community}/${about}`)) return true
      return person !== null && JSON.stringify(input).includes(`"${person}"`)
    })
  }

  #item(item: OutboxItem): void {
    const { key, raisedAt, anomaly } = this.#request
    if (item.kind === 'event' || item.body.key !== key) return
    if (item.createdAt < raisedAt - this.lookBackMs) return
    if (item.id === anomaly) this.#reproduced = true
    const isRepeat = this.#steps.findLast(({ what }) => what === 'raised' || what === 'cleared')
    const what =
      item.kind === 'clear' ? 'cleared' : isRepeat?.what === 'raised' ? 'repeated' : 'raised'
    const says =
      item.kind === 'clear'
        ? `${item.body.reason.zh} / ${item.body.reason.en}`
        : `${item.body.title?.zh ?? ''} / ${item.body.title?.en ?? ''} [${item.body.severity ?? ''}]`
    const at = item.kind === 'clear' ? item.body.clearedAt : (item.body.raisedAt ?? null)
    this.#push({ what, receivedAt: item.createdAt, deviceAt: at, who: item.id, says })
  }

  #watchState(receivedAt: number): void {
    const { device, subject } = this.#request
    const needle = subject?.kind === 'resident' ? `/${subject.id}` : `/${device ?? ''}`
    const now = new Map(
      this.#rows.all(needle, needle).map((row) => [`${row.engine}: ${row.key}`, row.value]),
    )
    const say = (who: string, says: string | null): void =>
      this.#push({
        what: 'state',
        receivedAt,
        deviceAt: null,
        who,
        says: says?.slice(0, 4_000) ?? null,
      })
    for (const [key, value] of now) if (this.#states.get(key) !== value) say(key, value)
    for (const key of this.#states.keys()) if (!now.has(key)) say(key, null)
    this.#states = now
  }

  /** Of what lies before the alarm the newest stays; of what comes after, the oldest. */
  #push(step: ExplainStep): void {
    const isOver = this.#steps.some(({ what }) => what === 'raised')
    if (this.#steps.length >= stepsMax) {
      this.#leftOut++
      if (isOver && step.what !== 'cleared') return
      this.#steps.shift()
    }
    this.#steps.push(step)
  }
}

const placeOf = (input: Input): string | null => {
  if ('device' in input) return input.device
  if ('camera' in input) return input.camera
  return 'door' in input ? input.door : null
}

function stepOf(input: Input, record: LogRecord): ExplainStep {
  const { receivedAt } = record
  const who = placeOf(input) ?? ''
  if (input.kind === 'reading') {
    const marked = input.clockMarked ? ' (clock of the device unusable)' : ''
    const says = `${input.name} = ${String(input.value)}${input.seq === null ? '' : `, seq ${input.seq}`}${marked}`
    return { what: 'reading', receivedAt, deviceAt: input.ts, who, says: says.slice(0, 4_000) }
  }
  const deviceAt = 'ts' in input ? input.ts : null
  return { what: 'input', receivedAt, deviceAt, who, says: JSON.stringify(input).slice(0, 4_000) }
}
