import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseConfig, readConfig } from '../../config/file.ts'
import { CodedError } from '../../contracts/errors.ts'

const refusal = (run: () => unknown): CodedError => {
  try {
    run()
  } catch (error) {
    if (error instanceof CodedError) return error
    throw error
  }
  throw new Error('the configuration was accepted')
}
const parse = (text: string) => parseConfig(text, 'linli.yaml', '/etc/linli')

describe('the configuration file', () => {
  test('without one, everything has a default', () => {
    const config = readConfig(null)
    expect(config.broker).toEqual({
      url: null,
      username: null,
      caFile: null,
      certFile: null,
      keyFile: null,
      clientId: null,
      password: null,
      connectionsMax: 2_000,
      plaintextAcceptedBy: null,
    })
    expect(config.telemetry).toMatchObject({ kind: 'sqlite', rawDays: 30 })
    expect(config.log.level).toBe('info')
  })

  test('the shipped example says the defaults, so that it cannot mislead', () => {
    const example = readFileSync(
      new URL('../../config/linli.example.yaml', import.meta.url),
      'utf8',
    )
    expect(parse(example)).toEqual(readConfig(null))
  })

  test('an unknown key is an error with its line: a typo must not pass as a setting', () => {
    const error = refusal(() => parse('broker:\n  connectionsMax: 5\n  conectionsMax: 6\n'))
    expect(error.code).toBe('config.invalid')
    expect(error.message).toBe('linli.yaml:3: broker.conectionsMax: unknown key')
  })

  test('every wrong value is named with its line', () => {
    const error = refusal(() =>
      parse('log:\n  level: loud\ntelemetry:\n  rawDays: 0\ncameras:\n  allowedFolders: [1]\n'),
    )
    expect(error.extra['lines']).toEqual([2, 4, 6])
    expect(error.message).toContain('log.level')
    expect(error.message).toContain('must be one of debug, info, warn, error, got "loud"')
    expect(error.message).toContain('telemetry.rawDays')
    expect(error.message).toContain('cameras.allowedFolders.0')
  })

  test('a wrong password is not repeated: messages end up in logs', () => {
    const error = refusal(() => parse('broker:\n  password: 271828\n'))
    expect(error.message).toContain('broker.password')
    expect(error.message).not.toContain('271828')
  })

  test('broken YAML is named with its line', () => {
    expect(refusal(() => parse('broker:\n  url: "x\n')).message).toMatch(/^linli\.yaml:\d+: /)
    expect(refusal(() => parse('a: 1\na: 2\n')).message).toMatch(/^linli\.yaml:2: .*unique/i)
  })

  test('a section whose keys are all commented out counts as not given', () => {
    expect(parse('broker:\n#  url: x\ntelemetry:\n  influx:\n')).toEqual(parse(''))
  })

  test('a whole file that is not a map is refused', () => {
    expect(refusal(() => parse('- 1\n')).message).toMatch(/^linli\.yaml:1: /)
  })

  test('paths are relative to the file, wherever Linli was started', () => {
    const config = parse(
      'cameras:\n  allowedFolders: [video, /srv/video]\nrules:\n  file: my.yaml\n',
    )
    expect(config.cameras.allowedFolders).toEqual(['/etc/linli/video', '/srv/video'])
    expect(config.rules.file).toBe('/etc/linli/my.yaml')
  })

  test('a file that was named but is not there is an error, not the defaults', () => {
    const folder = mkdtempSync(join(tmpdir(), 'linli-config-'))
    try {
      const file = join(folder, 'linli.yaml')
      expect(refusal(() => readConfig(file)).message).toContain('LINLI_CONFIG')
      writeFileSync(file, 'log:\n  level: debug\n')
      expect(readConfig(file).log.level).toBe('debug')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
