import { fileURLToPath } from 'node:url'
import { CodedError, errorTable } from '../../contracts/errors.ts'
import { backtestCommand } from './backtest-command.ts'
import { type Command, type CommandIo, UsageError } from './command.ts'
import { doctorCommand } from './doctor.ts'
import { evalCommand } from './eval.ts'
import { explainCommand } from './explain-command.ts'
import { modelsCommand } from './models-command.ts'

/** `npm run linli -- COMMAND`: the operator's command line. */

const commands: readonly Command[] = [
  doctorCommand,
  modelsCommand,
  evalCommand,
  backtestCommand,
  explainCommand,
]

const overview = (): string =>
  [
    'linli COMMAND [options]    (npm run linli -- COMMAND)',
    '',
    ...commands.map((command) => `  ${command.name.padEnd(10)} ${command.summary}`),
    '',
    'linli COMMAND --help says more.',
  ].join('\n')

async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    io.print(overview())
    return name === undefined ? 2 : 0
  }
  const command = commands.find((one) => one.name === name)
  if (command === undefined) {
    process.stderr.write(`unknown command ${JSON.stringify(name)}\n\n${overview()}\n`)
    return 2
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    io.print(`${command.summary}\n\n${command.usage}`)
    return 0
  }
  try {
    return await command.run(rest, io)
  } catch (error) {
    if (isUsageError(error)) {
      process.stderr.write(`${error.message}\n\n${command.usage}\n`)
      return 2
    }
    if (!(error instanceof CodedError)) throw error
    const { title, hint } = errorTable[error.code]
    process.stderr.write(`${title.zh} / ${title.en} [${error.code}]\n  ${error.message}\n`)
    process.stderr.write(`  → ${hint.zh} / ${hint.en}\n`)
    return 1
  }
}

/** Ours, or what node:util parseArgs says of an unknown option. */
const isUsageError = (error: unknown): error is Error =>
  error instanceof UsageError ||
  (error instanceof Error &&
    (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS') === true)

// Two folders up from the sources, three from what is built.
const up = import.meta.url.endsWith('.ts') ? '../../' : '../../../'

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  checkout: fileURLToPath(new URL(up, import.meta.url)),
  print: (line) => process.stdout.write(`${line}\n`),
})
