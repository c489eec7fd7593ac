import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readEnv } from '../../config/env.ts'
import { loadRules } from '../../config/rules.ts'
import type { BacktestAnswer, BacktestItem } from '../../contracts/backtest.ts'
import { backtest } from '../backtest/backtest.ts'
import { type Command, type CommandIo, UsageError } from './command.ts'
import { rulesInForce } from './rules-in-force.ts'
import { needed, shownSpan, shownTime, timeOf } from './times.ts'

const usage = `linli backtest --rules FILE --from T --to T [--json]
  Replays what the gateway of LINLI_HOME has recorded through the rules in FILE, and says which tickets
  would have come, gone or moved against the rules in force. Changes nothing; the gateway may run.

  --rules FILE   a whole rules file, as config/rules.yaml
  --from, --to   2026-11-30T08:00 (local), epoch ms, 7d, 12h, 90m (ago), now
  --json         one JSON line; else a table. Progress goes to standard error.`

const words: Readonly<Record<BacktestItem['change'], string>> = {
  new: '新增 new ',
  gone: '消失 gone',
  moved: '移动 moved',
  same: '不变 same',
}

function line(item: BacktestItem): string {
  const shown = item.after ?? item.before
  const { before, after, movedMs } = item
  const severity =
    before !== null && after !== null && before.severity !== after.severity
      ? `${before.severity} → ${after.severity}`
      : (shown?.severity ?? '')
  const moved =
    movedMs === null || movedMs === 0
      ? ''
      : ` ${movedMs > 0 ? '晚 later' : '早 earlier'} ${shownSpan(Math.abs(movedMs))}`
  const rule = shown === null ? '' : `${shown.rule.id} ${shown.rule.version}`
  return `${words[item.change].padEnd(10)} ${shownTime(shown?.at ?? 0)}  ${severity.padEnd(8)} ${item.type.padEnd(22)} ${item.device ?? item.key}  [${rule}]${moved}\n             ${shown?.title.zh ?? ''} / ${shown?.title.en ?? ''}`
}

function summaryLines({ summary }: BacktestAnswer): string[] {
  const { log } = summary
  const perSecond = Math.round((1_000 * log.records) / Math.max(1, summary.elapsedMs))
  const lines = [
    '',
    `新增 new ${summary.new} · 消失 gone ${summary.gone} · 移动 moved ${summary.moved} · 不变 same ${summary.same}`,
    log.from === null
      ? '没有记录 / the log is empty'
      : `记录 log ${shownTime(log.from)} – ${shownTime(log.to ?? log.from)}: ${log.records} 条 records, ${perSecond}/s, 预热 warm-up ${shownSpan(log.warmUpMs)}`,
  ]
  if (log.from !== null && log.from > summary.from)
    lines.push(`记录从 ${shownTime(log.from)} 才开始，之前的无法回放 / the log begins after --from`)
  if (log.roster === 'now')
    lines.push(
      '记录里没有完整名册，按现在的名册回放 / no whole roster in the log: today’s was taken',
    )
  if (log.missedBatches > 0)
    lines.push(`回放时被清理的批次 batches swept away meanwhile: ${log.missedBatches}`)
  if (log.poisoned > 0) lines.push(`无法应用的记录 records that cannot be applied: ${log.poisoned}`)
  if (summary.leftOut > 0) lines.push(`未列出 left out: ${summary.leftOut}`)
  for (const { key, at } of summary.unexplained.slice(0, 20))
    lines.push(`实际报过、回放没有 raised live, not in the replay: ${shownTime(at)} ${key}`)
  return lines
}

async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rules: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const settings = readEnv(io.env)
  const file = needed(values.rules, 'rules')
  const now = Date.now()
  const from = timeOf(needed(values.from, 'from'), now)
  const to = timeOf(needed(values.to, 'to'), now)
  if (to < from) throw new UsageError('--to lies before --from')
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`${file}: ${(error as Error).message}`)
  }
  let shown = 0
  const answer = await backtest(
    {
      file: join(settings.home, 'gateway.db'),
      inForce: rulesInForce(settings.configFile),
      changed: loadRules(text, file),
      from,
      to,
    },
    {
      elapsed: () => performance.now(),
      progress: (share, records) => {
        if (share < shown + 0.1) return
        shown = share
        process.stderr.write(`${Math.round(share * 100)} % ${records}\n`)
      },
    },
  )
  if (values.json) io.print(JSON.stringify(answer))
  else for (const each of [...answer.items.map(line), ...summaryLines(answer)]) io.print(each)
  return 0
}

export const backtestCommand: Command = {
  name: 'backtest',
  summary: '用历史记录试规则 / try changed rules on what was recorded',
  usage,
  run,
}
