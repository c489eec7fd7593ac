import { parseArgs } from 'node:util'
import { readEnv, type Settings } from '../../config/env.ts'
import { readConfig } from '../../config/file.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { Command, CommandIo } from './command.ts'
import { type Check, ok, problem } from './doctor/check.ts'
import {
  checkClock,
  checkDisk,
  checkHome,
  checkNode,
  checkPages,
  checkPrograms,
} from './doctor/machine.ts'
import { checkModels } from './doctor/weights.ts'
import { checkPorts, checkRunning, runningInstance } from './doctor/instance.ts'

const usage = `linli doctor [--json]
  Looks at this machine and at the Linli that runs on LINLI_HOME. Each line says ok or problem, with
  the command that mends it. Exit code 1 where there is a problem.`

function readSettings(env: NodeJS.ProcessEnv): Settings | Check {
  try {
    return readEnv(env)
  } catch (error) {
    if (error instanceof CodedError) return problem('environment', error.message, null)
    throw error
  }
}

function checkConfig(settings: Settings): Check {
  try {
    readConfig(settings.configFile)
    return ok('configuration', settings.configFile ?? '默认值 / defaults')
  } catch (error) {
    if (error instanceof CodedError) return problem('configuration', error.message, null)
    throw error
  }
}

async function examine({ env, checkout }: CommandIo): Promise<readonly Check[]> {
  const node = checkNode(process.versions.node)
  const settings = readSettings(env)
  if ('name' in settings) return [node, settings]
  const config = checkConfig(settings)
  const instance = await runningInstance(settings)
  return [
    node,
    config,
    ...checkPrograms(),
    await checkPages(checkout),
    ...(await checkModels({ env, checkout })),
    checkHome(settings.home),
    await checkDisk(settings.home),
    await checkClock(Date.now(), settings.home),
    ...(instance === null && config.ok ? await checkPorts(settings) : []),
    ...(await checkRunning(instance)),
  ]
}

const line = ({ ok, name, what, command }: Check): string => {
  const mend = command === null ? '' : `\n           → ${command}`
  return `${ok ? '正常 ok     ' : '问题 problem'} ${name}: ${what}${mend}`
}

export const doctorCommand: Command = {
  name: 'doctor',
  summary: '检查本机与运行状况 / examine this machine and the running Linli',
  usage,
  async run(args, io: CommandIo) {
    const { values } = parseArgs({
      args: [...args],
      options: { json: { type: 'boolean', default: false } },
    })
    const checks = await examine(io)
    const fine = checks.every((check) => check.ok)
    if (values.json) io.print(JSON.stringify({ ok: fine, checks }))
    else for (const check of checks) io.print(line(check))
    return fine ? 0 : 1
  },
}
