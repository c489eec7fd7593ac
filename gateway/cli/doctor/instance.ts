import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Settings } from '../../../config/env.ts'
import { readConfig } from '../../../config/file.ts'
import { CodedError } from '../../../contracts/errors.ts'
import { healthOf } from '../../supervisor/health-of.ts'
import type { RunFile } from '../../supervisor/home.ts'
import { planListeners } from '../../supervisor/listener-plan.ts'
import { resolvePorts } from '../../supervisor/ports.ts'
import { type Check, ok, problem } from './check.ts'

export interface Instance {
  readonly run: RunFile
  readonly token: string
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The Linli that runs on this home, if one does. */
export async function runningInstance(settings: Settings): Promise<Instance | null> {
  const runFile = join(settings.home, 'run.json')
  const tokenFile = join(settings.home, 'secrets', 'service-token')
  if (!existsSync(runFile) || !existsSync(tokenFile)) return null
  const run = JSON.parse(readFileSync(runFile, 'utf8')) as RunFile
  return isAlive(run.pid) ? { run, token: readFileSync(tokenFile, 'utf8').trim() } : null
}

/** Only where nothing of ours runs: else the ports are rightly taken. */
export async function checkPorts(settings: Settings): Promise<Check[]> {
  const plan = planListeners(settings, readConfig(settings.configFile))
  const wishes = [
    { ...plan.http, variable: 'LINLI_HTTP_PORT' },
    ...(plan.mqtt === null ? [] : [{ ...plan.mqtt, variable: 'LINLI_MQTT_PORT' }]),
    ...(plan.https === null ? [] : [{ ...plan.https, variable: 'LINLI_HTTPS_PORT' }]),
    ...(plan.mqtts === null ? [] : [{ ...plan.mqtts, variable: 'LINLI_MQTTS_PORT' }]),
  ]
  const checks: Check[] = []
  for (const wish of wishes) {
    const name = `port ${wish.host}:${wish.port}`
    try {
      await resolvePorts([wish])
      checks.push(ok(name, '空闲 / free'))
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      checks.push(problem(name, error.message, `ss -ltnp 'sport = :${wish.port}'`))
    }
  }
  return checks
}

/** What the running instance says of itself. */
export async function checkRunning(instance: Instance | null): Promise<Check[]> {
  if (instance === null) return [ok('running', '没有在运行 / not running')]
  const { run, token } = instance
  const { ready, problems } = await healthOf(
    run.http,
    token,
    1_000,
    (ms) =>
      new Promise((resolve) => {
        setTimeout(resolve, ms)
      }),
  )
  const state = ready
    ? ok('running', `${run.http} pid ${run.pid}`)
    : problem('running', `${run.http} pid ${run.pid} 未就绪 / not ready`, null)
  return [
    state,
    ...problems.map(({ code, what, hint, command }) =>
      problem(code, `${what.zh} / ${what.en}`, command ?? `${hint.zh} / ${hint.en}`),
    ),
  ]
}
