import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readEnv } from '../../config/env.ts'
import type { Evidence } from '../../contracts/anomaly.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { ExplainStep, TicketExplanation } from '../../contracts/explain.ts'
import { explain } from '../backtest/explain.ts'
import { type Command, type CommandIo, UsageError } from './command.ts'
import { rulesInForce } from './rules-in-force.ts'
import { ticketOf } from './ticket-of.ts'
import { shownSpan, shownTime } from './times.ts'

const usage = `linli explain TICKET [--json]
  Prints the chain from readings to a ticket (its id or its number): what came in and when, what the device's
  own clock said, the states that the rule went through, the anomaly, its delivery, the ticket. Reads the
  databases of LINLI_HOME and changes nothing. With PostgreSQL ask GET /api/v1/tickets/{id}/explain.`

const words: Readonly<Record<ExplainStep['what'], string>> = {
  reading: '读数 reading',
  input: '事件 input',
  state: '状态 state',
  raised: '报警 RAISED',
  repeated: '再报 repeated',
  cleared: '解除 CLEARED',
}

function stepLine({ what, receivedAt, deviceAt, who, says }: ExplainStep): string {
  const lag = deviceAt === null || deviceAt === receivedAt ? '' : ` (${shownTime(deviceAt)})`
  return `  ${shownTime(receivedAt)}${lag}  ${words[what]}  ${who}  ${says ?? '–'}`
}

function evidenceLine(evidence: Evidence): string {
  switch (evidence.kind) {
    case 'reading':
      return `${shownTime(evidence.ts)} ${evidence.device} ${evidence.reading} = ${String(evidence.value)} ${evidence.unit ?? ''}`
    case 'frame':
      return `${shownTime(evidence.ts)} ${evidence.device} frame ${evidence.sha256} ${modelsOf(evidence.models)}`
    case 'clip':
      return `${shownTime(evidence.from)} ${evidence.device} clip ${evidence.sha256} ${modelsOf(evidence.models)}`
    case 'event':
      return `${shownTime(evidence.ts)} ${evidence.device} ${evidence.type} ${evidence.text.zh} / ${evidence.text.en}`
    case 'coverage':
      return [
        `${shownTime(evidence.from)} – ${shownTime(evidence.to)} 看守 watched ${shownSpan(evidence.coveredMs)}`,
        ...evidence.sources.map(
          ({ source, name, intervals, evidenceAt }) =>
            `      ${source} ${name}: ${intervals.map(([a, b]) => `${shownTime(a)}–${shownTime(b)}`).join(', ') || '–'}; 迹象 signs ${evidenceAt.map(shownTime).join(', ') || '–'}`,
        ),
      ].join('\n')
    case 'note':
      return `${shownTime(evidence.ts)} ${evidence.text.zh} / ${evidence.text.en}`
  }
}

const modelsOf = (models: readonly object[]): string =>
  models.map((model) => JSON.stringify(model)).join(' ')

function lines(of: TicketExplanation): string[] {
  const { ticket, anomaly, gateway } = of
  const out = [`${ticket.number} ${ticket.title} [${ticket.status}] ${shownTime(ticket.createdAt)}`]
  if (anomaly === null)
    return [...out, '由人提交，没有读数链 / people opened it: there is no chain of readings']
  out.push(`异常 anomaly ${anomaly.anomaly}  ${anomaly.key}`)
  if (gateway === null) out.push(`网关 gateway: ${of.problem ?? ''}`)
  else {
    const { rule, log } = gateway
    out.push(
      rule === null
        ? '规则 rule: –'
        : `规则 rule ${rule.id} ${rule.version}: ${rule.definition === null ? '此后已改 / changed since' : JSON.stringify(rule.definition)}`,
    )
    if (log.from === null) out.push('没有记录 / the log is empty')
    else if (!log.reachesBack)
      out.push(
        `记录只到 ${shownTime(log.from)}，更早的已清理 / the log reaches back to ${shownTime(log.from)} only: what lies before is swept away`,
      )
    if (gateway.leftOut > 0) out.push(`  … ${gateway.leftOut} 步未列 steps left out`)
    out.push(...gateway.steps.map(stepLine))
    out.push(
      gateway.reproduced
        ? '回放得到同一异常 / the replay raises the same anomaly'
        : '回放没有得到同一编号 / the replay does not give this id (rules changed, or the log begins later)',
    )
    if (gateway.queued) out.push('还在发送队列 / still waiting to go up')
  }
  for (const { id, raisedAt, receivedAt } of of.reports)
    out.push(
      `送达 delivered ${shownTime(receivedAt)}  ${id}  ${shownSpan(receivedAt - raisedAt)} 之后 later`,
    )
  out.push('证据 evidence', ...of.evidence.map((one) => `  ${evidenceLine(one)}`))
  out.push('经过 timeline')
  for (const { ts, what, by, note } of of.timeline)
    out.push(`  ${shownTime(ts)}  ${what}  ${by}  ${note}`)
  return out
}

async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  const [name, ...rest] = positionals
  if (name === undefined || rest.length > 0) throw new UsageError('name one ticket')
  const settings = readEnv(io.env)
  const known = ticketOf(join(settings.home, 'api.db'), name)
  if (known === null) throw new CodedError('not-found', `ticket ${name}`)
  const file = join(settings.home, 'gateway.db')
  const inForce = rulesInForce(settings.configFile)
  const gateway = known.anomaly === null ? null : explain({ file, inForce }, known.anomaly)
  const all: TicketExplanation = { ...known, gateway, problem: null }
  if (values.json) io.print(JSON.stringify(all))
  else for (const line of lines(all)) io.print(line)
  return 0
}

export const explainCommand: Command = {
  name: 'explain',
  summary: '一张工单怎么来的 / how a ticket came about',
  usage,
  run,
}
