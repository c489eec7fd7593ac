import type { Database } from 'better-sqlite3'
import type { AnyEffect } from '../model/effect.ts'
import type { Input } from '../model/input.ts'
import type { LogRecord } from '../model/record.ts'
import type { RosterView } from '../model/roster-view.ts'
import { EngineHost, type EngineSet } from './engine-host.ts'
import { RulesTable } from './rules-table.ts'

/** `rules` null: the configured ones. Throws where the text is no rules. */
export type MakeEngines = (roster: RosterView, rules: string | null) => EngineSet

/**
 * The engines under the rules in force. Other rules arrive as a record: the state is saved, engines are made for the
 * new text and take the state over, all in the transaction of the record. So a replay of it ends in the same state.
 */
export class RuledEngines {
  readonly #db: Database
  readonly #roster: RosterView
  readonly #make: MakeEngines
  readonly #table: RulesTable
  #set: EngineSet
  #host: EngineHost

  constructor(db: Database, roster: RosterView, make: MakeEngines) {
    this.#db = db
    this.#roster = roster
    this.#make = make
    this.#table = new RulesTable(db)
    this.#set = make(roster, this.#table.active()?.text ?? null)
    this.#host = new EngineHost(db, this.#set.engines)
  }

  get set(): EngineSet {
    return this.#set
  }

  apply(input: Input, onEffect: (effect: AnyEffect) => void): void {
    this.#host.apply(input, onEffect)
  }

  isDue(now: number): boolean {
    return this.#host.isDue(now)
  }

  stats(): Record<string, Record<string, number>> {
    return this.#host.stats()
  }

  save(): void {
    this.#host.save()
  }

  change(record: LogRecord): void {
    const set = this.#make(this.#roster, Buffer.from(record.payload).toString('utf8'))
    this.#host.save()
    this.#table.put(record)
    this.#set = set
    this.#host = new EngineHost(this.#db, set.engines)
  }
}
