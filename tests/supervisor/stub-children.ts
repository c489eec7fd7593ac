import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Two processes that speak the supervisor's side of the language as gateway and api do: they bind the
 * ports that they are told, say `listening`, log pino lines, leave on SIGTERM and when their parent is
 * gone. `stubborn` ignores SIGTERM; `sickly` dies 50 ms after each start.
 */
export function writeStubs(dir: string): { gatewayFile: string; apiFile: string } {
  const common = `
import { createServer } from 'node:http'
const { env } = process
const log = (level, msg, more = {}) =>
  process.stdout.write(JSON.stringify({ level, time: Date.now(), pid: process.pid, msg, ...more }) + '\\n')
const behave = (name) => {
  const mode = env['STUB_' + name] ?? ''
  process.on('disconnect', () => process.exit(0))
  process.on('SIGTERM', () => { if (mode !== 'stubborn') process.exit(0) })
  if (mode === 'sickly') setTimeout(() => process.exit(7), 50)
  log(30, 'an info line of ' + name)
  log(40, 'a warning of ' + name, { topic: 'a\\nb' })
}
`
  const gateway = `${common}
behave('GATEWAY')
createServer((_, answer) => answer.end()).listen(Number(env.LINLI_GATEWAY_PORT), '127.0.0.1', () =>
  process.send({ type: 'listening' }))
`
  const api = `${common}
behave('API')
const problem = { code: 'ffmpeg.missing', what: { zh: '没有 ffmpeg', en: 'ffmpeg is missing' },
  hint: { zh: 'h', en: 'h' }, command: 'apt-get install ffmpeg' }
createServer((request, answer) => {
  const mayKnow = request.headers.authorization === 'Bearer ' + env.LINLI_SERVICE_TOKEN
  answer.setHeader('content-type', 'application/json')
  answer.end(JSON.stringify({ status: 'degraded', problems: mayKnow ? [problem] : [], pid: process.pid,
    admin: env.LINLI_ADMIN_PASSWORD ?? null }))
}).listen(Number(env.LINLI_HTTP_PORT), env.LINLI_HTTP_BIND, () => process.send({ type: 'listening' }))
`
  const files = { gatewayFile: join(dir, 'gateway.mjs'), apiFile: join(dir, 'api.mjs') }
  writeFileSync(files.gatewayFile, gateway)
  writeFileSync(files.apiFile, api)
  return files
}
