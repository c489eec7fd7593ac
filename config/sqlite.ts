import { createRequire } from 'node:module'
import type BetterSqlite from 'better-sqlite3'

/**
 * better-sqlite3, in the build that this Node can run. Version 12 is the last for Node 20; from Node
 * 24.19 on it aborts the process when a statement is collected (its base class ObjectWrap changed).
 * Version 13 speaks Node-API, needs Node 22 and has the same interface. See docs/adr/0009.
 */
const build = (nodeVersion: string): 'better-sqlite3' | 'better-sqlite3-napi' =>
  Number(nodeVersion.split('.')[0]) >= 22 ? 'better-sqlite3-napi' : 'better-sqlite3'

export const Sqlite = createRequire(import.meta.url)(
  build(process.versions.node),
) as typeof BetterSqlite
