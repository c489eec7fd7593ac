import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import Type from 'typebox'
import { Value } from 'typebox/value'
import type { Logger } from '../model/logger.ts'

const Topics = Type.Array(Type.String({ minLength: 1, maxLength: 1_000 }), { maxItems: 10_000 })

/** The topics of `Told` over a restart: what was announced and is no more has to be taken back. */
export class ToldFile {
  readonly #path: string
  readonly #logger: Logger

  constructor(path: string, logger: Logger) {
    this.#path = path
    this.#logger = logger
  }

  load(): string[] {
    let text: string
    try {
      text = readFileSync(this.#path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
    try {
      const topics: unknown = JSON.parse(text)
      if (Value.Check(Topics, topics)) return topics
    } catch {
      // Falls through to the warning.
    }
    this.#logger.warn({ file: this.#path }, 'not readable: old announcements cannot be taken back')
    return []
  }

  save(topics: readonly string[]): void {
    writeFileSync(`${this.#path}.new`, JSON.stringify(topics), { mode: 0o600 })
    renameSync(`${this.#path}.new`, this.#path)
  }
}
