import { randomBytes } from 'node:crypto'
import { hostname, networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { readEnv } from '../config/env.ts'
import { readConfig } from '../config/file.ts'
import { cleanText } from '../config/log-secrets.ts'
import { CodedError, errorTable } from '../contracts/errors.ts'
import { Supervisor } from './supervisor/supervisor.ts'

/** `npm start`: the parent of the two processes. Wiring only; see gateway/supervisor. */

const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

function fail(error: unknown): never {
  if (error instanceof CodedError) {
    const { title, hint } = errorTable[error.code]
    process.stderr.write(`${title.zh} / ${title.en} [${error.code}]\n`)
    process.stderr.write(`  ${cleanText(error.message)}\n`)
    process.stderr.write(`  → ${hint.zh} / ${hint.en}\n`)
  } else {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
    process.stderr.write(`${cleanText(detail)}\n`)
  }
  process.exit(1)
}

async function main(): Promise<void> {
  // Whatever this process or a child of it writes is for its owner only.
  process.umask(0o077)
  const settings = readEnv(process.env)
  // Said once and clearly: the children refuse these too, but would be started again and again.
  if (settings.databaseUrl !== null) {
    throw new CodedError('config.invalid', 'LINLI_DATABASE_URL: PostgreSQL is not supported yet')
  }
  const config = readConfig(settings.configFile)
  if (config.rules.file !== null) {
    // Loaded only where it is needed: rules and their expressions cost a quarter of a second.
    const { rulesAtStart } = await import('./rulebook/rules-at-start.ts')
    rulesAtStart(config.rules.file, join(settings.home, 'gateway.db'))
  }
  const supervisor = new Supervisor(
    {
      settings,
      config,
      env: process.env,
      pid: process.pid,
      clock: Date.now,
      random: Math.random,
      randomBytes,
      sleep,
      hostname: hostname(),
      addresses: () =>
        Object.values(networkInterfaces()).flatMap((list) =>
          (list ?? []).map((one) => one.address),
        ),
      show: (text) => process.stdout.write(text),
      warn: (text) => process.stderr.write(`${cleanText(text)}\n`),
    },
    { gatewayFile: fileOf('./main.js'), apiFile: fileOf('../api/server.js') },
  )
  let signals = 0
  const onSignal = (): void => {
    signals += 1
    // Asked twice, it does not wait for anybody.
    supervisor.stop({ now: signals > 1 }).then(() => process.exit(0), fail)
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  // Started by another program of ours (the demo): when that is gone, so are we.
  process.on('disconnect', onSignal)
  await supervisor.start()
}

main().catch(fail)
