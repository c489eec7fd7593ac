import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { readEnv } from '../../config/env.ts'
import { tuneDecoder } from '../../detectors/decode.ts'
import { type Command, type CommandIo, UsageError } from './command.ts'
import { evalFaces } from './eval/faces.ts'
import { evalIdentify } from './eval/identify.ts'
import { createKit } from './eval/kit.ts'
import { evalLiveness } from './eval/liveness.ts'
import { openLookCache } from './eval/look-cache.ts'
import { evalObjects } from './eval/objects.ts'
import { evalPlates } from './eval/plates.ts'
import { thumbnailOf } from './eval/picture.ts'
import { renderReport } from './eval/report.ts'
import { printTable } from './eval/table.ts'
import type { EvalModel, EvalOutcome, EvalTask } from './eval/task.ts'

const tasks: readonly EvalTask[] = [evalFaces, evalObjects, evalLiveness, evalIdentify, evalPlates]

const usage = `${tasks.map((task) => `linli eval ${task.name} ${task.usage}`).join('\n\n')}

For all of them:
  --json        only the one JSON line on stdout
  --report DIR  an HTML page with curves and the worst cases, and what was seen (DIR/NAME-seen.jsonl, for
                the next run; it can hold embeddings of faces: keep it as you keep the pictures)
  --fresh       forget what an earlier run has seen
A run that was broken off goes on where it stopped. Without --report, what was seen lies in
$LINLI_HOME/eval until the run is through.`

const shared = {
  json: { type: 'boolean', default: false },
  report: { type: 'string' },
  fresh: { type: 'boolean', default: false },
} as const

/** `linli eval`: what the models are worth on anybody's pictures. */
export const evalCommand: Command = {
  name: 'eval',
  summary: `在自己的图片上测准确率 / accuracy on your own pictures: ${tasks.map(({ name }) => name).join(', ')}`,
  usage,
  async run(args, io) {
    const [name, ...rest] = args
    const task = tasks.find((one) => one.name === name)
    if (task === undefined)
      throw new UsageError(
        `eval: ${tasks.map((one) => one.name).join(', ')}, not ${name ?? 'nothing'}`,
      )
    const { values } = parseArgs({ args: rest, options: { ...task.options, ...shared } })
    const report = typeof values['report'] === 'string' ? resolve(values['report']) : null
    await evaluate(task, values, io, {
      report,
      json: values.json,
      fresh: values.fresh,
    })
    return 0
  },
}

interface Wishes {
  readonly report: string | null
  readonly json: boolean
  readonly fresh: boolean
}

async function evaluate(
  task: EvalTask,
  values: Readonly<Record<string, unknown>>,
  io: CommandIo,
  { report, json, fresh }: Wishes,
): Promise<void> {
  tuneDecoder()
  const folder = report ?? join(readEnv(io.env).home, 'eval')
  const file = join(folder, `${task.name}-seen.jsonl`)
  const used: EvalModel[] = []
  const cache = openLookCache(file, fresh)
  const progress = {
    terminal: process.stderr.isTTY,
    write: (text: string) => void process.stderr.write(text),
  }
  if (cache.found > 0)
    progress.write(`${task.name}: ${cache.found} looks of an earlier run (${file})\n`)
  const kit = createKit({ io, name: task.name, cache, progress, used })
  const outcome = await task.run(values, kit)
  const line = JSON.stringify(outcome.json)
  if (report === null) rmSync(file, { force: true })
  else await writeReport(task, outcome, { report, line, used })
  if (!json) for (const row of printTable(outcome.table)) io.print(row)
  if (!json && report !== null) io.print(join(report, `${task.name}.html`))
  io.print(line)
}

async function writeReport(
  task: EvalTask,
  { table, parts }: EvalOutcome,
  to: { readonly report: string; readonly line: string; readonly used: readonly EvalModel[] },
): Promise<void> {
  mkdirSync(to.report, { recursive: true })
  const page = await renderReport(
    {
      title: `${task.summary} · linli eval ${task.name}`,
      at: new Date().toISOString(),
      models: to.used,
      table,
      parts,
      json: to.line,
    },
    thumbnailOf,
  )
  writeFileSync(join(to.report, `${task.name}.html`), page, { mode: 0o600 })
}
