import { writeFileSync } from 'node:fs'
import { configSchemas } from './config-schemas.ts'

for (const [name, schema] of Object.entries(configSchemas()))
  writeFileSync(
    new URL(`../../config/${name}`, import.meta.url),
    `${JSON.stringify(schema, null, 2)}\n`,
  )
