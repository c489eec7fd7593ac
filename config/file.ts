import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { CodedError } from '../contracts/errors.ts'
import { Config } from './schema.ts'
import { parseYaml } from './yaml.ts'

/**
 * The configuration from YAML text. Paths in it are relative to `folder`, that of the file. Throws
 * `config.invalid` with `source:line: what` for every unknown key and wrong value.
 */
export function parseConfig(text: string, source: string, folder: string): Config {
  const config = parseYaml(Config, text, source)
  const placed = (item: string | null): string | null =>
    item === null ? null : resolve(folder, item)
  const { broker } = config
  return {
    ...config,
    broker: {
      ...broker,
      caFile: placed(broker.caFile),
      certFile: placed(broker.certFile),
      keyFile: placed(broker.keyFile),
    },
    cameras: {
      ...config.cameras,
      allowedFolders: config.cameras.allowedFolders.map((item) => resolve(folder, item)),
    },
    rules: { file: placed(config.rules.file) },
    ladders: { file: placed(config.ladders.file) },
    carePlans: { ...config.carePlans, file: placed(config.carePlans.file) },
  }
}

/** Reads `LINLI_CONFIG`; null gives the defaults. A file that was named but cannot be read is an error. */
export function readConfig(file: string | null): Config {
  if (file === null) return parseConfig('', 'defaults', '.')
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CodedError('config.invalid', `LINLI_CONFIG: ${reason}`, { variable: 'LINLI_CONFIG' })
  }
  return parseConfig(text, file, dirname(file))
}
