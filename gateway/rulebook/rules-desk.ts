import { linesOf } from '../../config/rules-reader.ts'
import { rulesVersion } from '../../config/rules.ts'
import { CodedError } from '../../contracts/errors.ts'
import type { RuleLine, RulesCheck, RulesInForce, RulesSource } from '../../contracts/rules.ts'
import { gatewayDevice } from '../../contracts/topics.ts'
import type { Logger } from '../model/logger.ts'
import type { RulesRow, StoredRules } from '../pipeline/rules-table.ts'

export interface RulesDeps {
  readonly pipeline: {
    checkRules(text: string): Promise<RulesCheck>
    /** Resolves when they are in force, on disk. */
    recordRules(rules: Omit<RulesRow, 'since'>): Promise<RulesRow>
  }
  /** What the configuration names; `read` throws `config.invalid`. */
  readonly configured: RulesOrigin & { readonly read: () => string }
  readonly logger: Logger
}

export interface RulesOrigin {
  readonly source: Exclude<RulesSource, 'set'>
  /** Null for those that come with Linli. */
  readonly path: string | null
}

export interface RulesDesk {
  start(stored: StoredRules): Promise<void>
  /** The configured file may have changed. */
  follow(): Promise<void>
  current(): Promise<RulesInForce>
  check(text: string): Promise<RulesCheck>
  /** Both throw `rules.invalid` with `lines`; what is in force stays so. */
  set(text: string, by: string): Promise<RulesInForce>
  reset(by: string): Promise<RulesInForce>
  problems(): readonly {
    readonly code: 'rules.invalid' | 'rules.obsolete'
    readonly detail: string
  }[]
  inForce(): { readonly source: RulesSource; readonly version: string } | null
}

const linesShown = 5

/**
 * Which rules are in force: the last act wins. What a person sets over HTTP outlives restarts and new shipped rules;
 * an edit of the site's own file comes after it. A text that is wrong changes nothing and is named until it is mended.
 */
export const createRulesDesk = (deps: RulesDeps): RulesDesk => new Desk(deps)

class Desk implements RulesDesk {
  readonly #deps: RulesDeps
  #active: RulesRow | null = null
  /** Version of the configured text that came into force last, and whose it was. */
  #taken: StoredRules['configured'] = null
  #wrong: readonly RuleLine[] = []
  #obsolete: string | null = null
  /** Version of the text that `#wrong` is about: it is logged once. */
  #looked: string | null = null
  /** One change after the other. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(deps: RulesDeps) {
    this.#deps = deps
  }

  start(stored: StoredRules): Promise<void> {
    this.#active = stored.active
    this.#taken = stored.configured
    this.#obsolete = stored.refused
    return this.follow()
  }

  follow(): Promise<void> {
    return this.#after(async () => {
      const found = await this.#look()
      if (found === null || !this.#isNews(found.version)) return
      await this.#take({
        text: found.text,
        source: this.#deps.configured.source,
        by: gatewayDevice,
      })
    })
  }

  async current(): Promise<RulesInForce> {
    const active = this.#active
    if (active === null) throw new CodedError('rules.invalid', detailOf(this.#wrong))
    const { rules } = await this.#deps.pipeline.checkRules(active.text)
    return { ...active, file: this.#deps.configured.path, lines: [...this.#wrong], rules }
  }

  check(text: string): Promise<RulesCheck> {
    return this.#deps.pipeline.checkRules(text)
  }

  set(text: string, by: string): Promise<RulesInForce> {
    return this.#after(async () => {
      const { valid, lines } = await this.check(text)
      if (!valid) throw new CodedError('rules.invalid', detailOf(lines), { lines })
      await this.#take({ text, source: 'set', by })
      return this.current()
    })
  }

  reset(by: string): Promise<RulesInForce> {
    return this.#after(async () => {
      const found = await this.#look()
      if (found === null)
        throw new CodedError('rules.invalid', detailOf(this.#wrong), { lines: this.#wrong })
      await this.#take({ text: found.text, source: this.#deps.configured.source, by })
      return this.current()
    })
  }

  problems() {
    const about = this.#deps.configured.path ?? this.#deps.configured.source
    return [
      ...(this.#wrong.length === 0
        ? []
        : [{ code: 'rules.invalid' as const, detail: `${about}: ${detailOf(this.#wrong)}` }]),
      ...(this.#obsolete === null
        ? []
        : [{ code: 'rules.obsolete' as const, detail: this.#obsolete }]),
    ]
  }

  inForce(): { source: RulesSource; version: string } | null {
    return this.#active && { source: this.#active.source, version: this.#active.version }
  }

  /** Newer shipped rules do not undo what a person has set; an edit of the site's file does. */
  #isNews(version: string): boolean {
    const { source } = this.#deps.configured
    if (this.#active?.source === 'set' && source === 'shipped') return false
    const before = this.#active?.source === 'set' ? this.#taken : this.#active
    return before?.version !== version || before.source !== source
  }

  /** The configured text where it is good; what is wrong with it is kept and said once. */
  async #look(): Promise<{ text: string; version: string } | null> {
    const { configured, pipeline, logger } = this.#deps
    let text: string
    try {
      text = configured.read()
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      this.#refuse(error.message, linesOf(error))
      return null
    }
    const version = rulesVersion(text)
    if (version === this.#looked) return this.#wrong.length === 0 ? { text, version } : null
    const { valid, lines } = await pipeline.checkRules(text)
    if (!valid) {
      this.#refuse(version, lines)
      return null
    }
    if (this.#wrong.length > 0) logger.info({ version }, 'rules are mended')
    this.#wrong = []
    this.#looked = version
    return { text, version }
  }

  #refuse(what: string, lines: readonly RuleLine[]): void {
    const { configured, logger } = this.#deps
    if (this.#looked !== what)
      logger.error({ file: configured.path, lines }, 'rules are wrong; the last good ones hold')
    this.#looked = what
    this.#wrong = lines
  }

  async #take(rules: Pick<RulesRow, 'text' | 'source' | 'by'>): Promise<void> {
    const { pipeline, logger } = this.#deps
    const row = await pipeline.recordRules({ ...rules, version: rulesVersion(rules.text) })
    this.#active = row
    if (row.by !== gatewayDevice) this.#obsolete = null
    if (row.source !== 'set') this.#taken = { source: row.source, version: row.version }
    const { source, by, version } = row
    logger.info({ source, by, version }, 'rules are in force')
  }

  #after<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => undefined)
    return done
  }
}

const detailOf = (lines: readonly RuleLine[]): string => {
  const shown = lines.slice(0, linesShown).map(({ line, text }) => `${line}: ${text}`)
  return [...shown, ...(lines.length > linesShown ? [`+${lines.length - linesShown}`] : [])].join(
    '; ',
  )
}
