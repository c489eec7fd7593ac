import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ChildLog, readable } from '../../gateway/supervisor/child-log.ts'

let dir: string
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'linli-log-'))))
afterEach(() => rmSync(dir, { recursive: true }))

test('logs take bounded room: an edge box runs for years', () => {
  const log = new ChildLog(
    { clock: () => 0, show: () => undefined },
    { name: 'gateway', file: join(dir, 'gateway.log'), fileBytesMax: 1_000, files: 3 },
  )
  for (let index = 0; index < 500; index += 1)
    log.line(JSON.stringify({ level: 30, msg: `line ${index}` }))
  log.close()
  const files = readdirSync(dir).toSorted()
  expect(files.filter((file) => file !== 'gateway.log')).toEqual(['gateway.log.1', 'gateway.log.2'])
  for (const file of files) expect(statSync(join(dir, file)).size).toBeLessThan(1_100)
  const newest = files.map((file) => readFileSync(join(dir, file), 'utf8')).join('')
  expect(newest).toContain('line 499')
})

test('a flood of warnings is shown in part and counted, and all of it is in the file', () => {
  let now = 0
  const shown: string[] = []
  const log = new ChildLog(
    { clock: () => now, show: (line) => void shown.push(line) },
    { name: 'api', file: join(dir, 'api.log'), shownPerSecondMax: 5 },
  )
  for (let index = 0; index < 100; index += 1) log.line('{"level":50,"msg":"no"}')
  now = 1_000
  log.line('{"level":50,"msg":"later"}')
  log.close()
  expect(shown).toHaveLength(7)
  expect(shown[5]).toContain('95 more lines of api')
  expect(readFileSync(join(dir, 'api.log'), 'utf8').split('\n')).toHaveLength(102)
})

test('a disk that cannot be written loses log lines, which are counted, and nothing else', () => {
  const shown: string[] = []
  const log = new ChildLog(
    { clock: () => 0, show: (line) => void shown.push(line) },
    { name: 'api', file: join(dir, 'no-such-folder', 'api.log') },
  )
  log.line('{"level":50,"msg":"still shown"}')
  log.close()
  expect(log.lost).toBe(1)
  expect(shown[0]).toContain('still shown')
})

test('what a device sent cannot move the cursor or forge a line on the terminal', () => {
  const line = JSON.stringify({ level: 40, time: 0, msg: 'bad\n12:00:00 api error\u001b[2J' })
  expect(readable('gateway', line, 0)).not.toMatch(/\p{Cc}/u)
  expect(readable('gateway', 'not json \u001b[2J', 0)).toMatch(/gateway not json/)
  expect(readable('gateway', '{"level":30,"msg":"fine"}', 0)).toBeNull()
  const last = readable('api', '{"level":"fatal","message":"no disk","code":"disk.full"}', 0)
  expect(last).toMatch(/api fatal no disk code="disk.full"$/)
})

test('of an error the code and the message are shown; the stack is for the file', () => {
  const err = { type: 'CodedError', code: 'disk.full', message: 'no room', stack: 'at a\n at b' }
  const line = readable('gateway', JSON.stringify({ level: 50, msg: 'commit failed', err }), 0)
  expect(line).toMatch(/gateway error commit failed err="disk.full: no room"$/)
})
