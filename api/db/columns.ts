import type { CreateTableBuilder, Kysely } from 'kysely'
import { sql } from 'kysely'

/** The schema as migrations see it: they outlive today's types. */
export type AnyDb = Kysely<unknown>
export type Dialect = 'sqlite' | 'postgres'

type Table = CreateTableBuilder<string>

/** Column lists: `text`, `text?` (nullable), `int`, `int?`; 64 bits in both dialects. */
export type Columns = Readonly<Record<string, 'text' | 'text?' | 'int' | 'int?'>>

/** A table with the columns given; its primary key is `id` where nothing else is said. */
export const table = (
  db: AnyDb,
  name: string,
  columns: Columns,
  primaryKey: readonly string[] = ['id'],
): Table =>
  withColumns(db.schema.createTable(name), columns).addPrimaryKeyConstraint(
    `${name}_pk`,
    // The builder forgets its columns' names when they come from data.
    primaryKey as never[],
  )

/** A table whose first column counts by itself, never reusing a number. */
export function countedTable(
  db: AnyDb,
  dialect: Dialect,
  name: string,
  id: string,
  columns: Columns,
): Table {
  const started = db.schema
    .createTable(name)
    .addColumn(id, dialect === 'sqlite' ? sql`integer` : sql`bigserial`, (column) =>
      dialect === 'sqlite' ? column.primaryKey().autoIncrement() : column.primaryKey(),
    )
  return withColumns(started, columns)
}

function withColumns(started: Table, columns: Columns): Table {
  let builder = started
  for (const [name, kind] of Object.entries(columns)) {
    const type = kind.startsWith('text') ? 'text' : 'bigint'
    builder = builder.addColumn(name, type, (column) =>
      kind.endsWith('?') ? column : column.notNull(),
    )
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
