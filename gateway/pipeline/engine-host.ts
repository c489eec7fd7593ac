import type { Database } from 'better-sqlite3'
import type { DeviceHealth } from '../../contracts/device-health.ts'
import type { CareItem } from '../../contracts/care.ts'
import type { ParkingSession } from '../../contracts/http/access.ts'
import type { AccessMemory } from '../access/passback.ts'
import type { AnyEffect } from '../model/effect.ts'
import type { Engine, StateRow } from '../model/engine.ts'
import type { Input } from '../model/input.ts'

export interface NamedEngine {
  /** Under which its state is kept; never reused for another. */
  readonly name: string
  readonly engine: Engine<AnyEffect>
}

/** What doors and barriers need at their start: passages, entries of visitors, cars that are in. */
export interface EntranceMemory extends AccessMemory {
  readonly sessions: readonly ParkingSession[]
}

export interface EngineSet {
  readonly engines: readonly NamedEngine[]
  /** By device id. */
  deviceHealth(community: string, now: number): ReadonlyMap<string, DeviceHealth>
  careItems(community: string, now: number): CareItem[]
  accessMemory(): EntranceMemory
}

/** Runs the engines and keeps their state in the transaction that commits their inputs. */
export class EngineHost {
  readonly #engines: readonly NamedEngine[]
  readonly #effects: number[]
  #inputs = 0
  readonly #put
  readonly #remove

  constructor(db: Database, engines: readonly NamedEngine[]) {
    this.#engines = engines
    this.#effects = engines.map(() => 0)
    this.#put = db.prepare<[string, string, string]>(
      'INSERT INTO engine_state VALUES (?, ?, ?) ON CONFLICT (engine, key) DO UPDATE SET value = excluded.value',
    )
    this.#remove = db.prepare<[string, string]>(
      'DELETE FROM engine_state WHERE engine = ? AND key = ?',
    )
    const rows = db.prepare<[string], StateRow>(
      'SELECT key, value FROM engine_state WHERE engine = ? ORDER BY key',
    )
    for (const { name, engine } of engines) engine.restore(rows.all(name))
  }

  apply(input: Input, onEffect: (effect: AnyEffect) => void): void {
    this.#inputs += 1
    let number = -1
    for (const { engine } of this.#engines) {
      number += 1
      const effects = engine.apply(input)
      if (effects.length === 0) continue
      this.#effects[number] = (this.#effects[number] ?? 0) + effects.length
      for (const effect of effects) onEffect(effect)
    }
  }

  /** Whether a tick at `now` would have an effect. */
  isDue(now: number): boolean {
    for (const { engine } of this.#engines) {
      const due = engine.nextDueAt()
      if (due !== null && due <= now) return true
    }
    return false
  }

  /** By engine; counts since the start, the last change of rules or the last rollback. */
  stats(): Record<string, Record<string, number>> {
    const rows = this.#engines.map(({ name, engine }, number) => {
      const effects = this.#effects[number] ?? 0
      return [name, { inputs: this.#inputs, effects, ...engine.stats?.() }] as const
    })
    return Object.fromEntries(rows)
  }

  save(): void {
    for (const { name, engine } of this.#engines)
      for (const { key, value } of engine.takeDirty())
        if (value === null) this.#remove.run(name, key)
        else this.#put.run(name, key, value)
  }
}
