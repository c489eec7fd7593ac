import type { CreateTableBuilder, Kysely, Migration } from 'kysely'
import { sql } from 'kysely'

/** The schema as migrations see it: they outlive today's types. */
export type AnyDb = Kysely<unknown>
export type Dialect = 'sqlite' | 'postgres'
export type Migrations = Record<string, (dialect: Dialect) => Migration>

type Table = CreateTableBuilder<string, never>

/** Column lists: `text`, `text?` (nullable), `int`, `int?`; 64 bits in both dialects. */
export type Columns = Readonly<Record<string, 'text' | 'text?' | 'int' | 'int?'>>

/** Starts a table with the columns given. */
export function table(db: AnyDb, name: string, columns: Columns): Table {
  let builder: Table = db.schema.createTable(name) as Table
  for (const [column, kind] of Object.entries(columns)) {
    const type = kind.startsWith('text') ? 'text' : 'bigint'
    builder = builder.addColumn(column, type, (c) =>
      kind.endsWith('?') ? c : c.notNull(),
    ) as Table
  }
  return builder
}

/** A table whose first column counts by itself, never reusing a number. */
export function countedTable(
  db: AnyDb,
  dialect: Dialect,
  name: string,
  id: string,
  columns: Columns,
): Table {
  const type = dialect === 'sqlite' ? sql`integer` : sql`bigserial`
  let builder = db.schema
    .createTable(name)
    .addColumn(id, type, (c) =>
      dialect === 'sqlite' ? c.primaryKey().autoIncrement() : c.primaryKey(),
    ) as Table
  for (const [column, kind] of Object.entries(columns)) {
    const columnType = kind.startsWith('text') ? 'text' : 'bigint'
    builder = builder.addColumn(column, columnType, (c) =>
      kind.endsWith('?') ? c : c.notNull(),
    ) as Table
  }
  return builder
}

/** `index('tickets', ['community', 'day'], true)`: named after what it holds. */
export async function index(
  db: AnyDb,
  on: string,
  columns: readonly string[],
  unique = false,
): Promise<void> {
  let builder = db.schema.createIndex(`${on}_${columns.join('_')}`).on(on)
  for (const column of columns) builder = builder.column(column as never)
  await (unique ? builder.unique() : builder).execute()
}
