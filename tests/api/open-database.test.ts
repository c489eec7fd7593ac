import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openDatabase } from '../../api/db/open.ts'
import { Sqlite } from '../../config/sqlite.ts'

const made: string[] = []
const fresh = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'linli-open-'))
  made.push(dir)
  return join(dir, 'api.db')
}
afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true })
})

const tablesOf = (file: string): unknown[] => {
  const sqlite = new Sqlite(file)
  const names = sqlite.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all()
  sqlite.close()
  return names
}

test('a store whose change fails half-way is left as it was', async () => {
  const file = fresh()
  const before = new Sqlite(file)
  before.exec('CREATE TABLE tickets (mine TEXT)')
  before.close()
  await expect(openDatabase(file)).rejects.toThrow('tickets')
  expect(tablesOf(file)).toEqual(['tickets'])
})

test('a store that is up to date opens again with what is in it', async () => {
  const file = fresh()
  await (await openDatabase(file)).destroy()
  const before = tablesOf(file)
  await (await openDatabase(file)).destroy()
  expect(before).toContain('tickets')
  expect(tablesOf(file)).toEqual(before)
})
