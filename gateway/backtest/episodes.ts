import type { Raised } from '../../contracts/backtest.ts'
import { defaultSeverity, type AnomalyType } from '../../contracts/anomaly.ts'
import type { OutboxItem } from '../outbox/outbox-item.ts'

/** One anomaly from its beginning to its end. */
export interface Episode {
  readonly key: string
  readonly type: AnomalyType
  readonly community: string
  readonly device: string | null
  readonly raised: Raised
}

const episodesMax = 200_000

/** Gathers what a replay would have sent up into episodes. */
export class Episodes {
  readonly #list: { -readonly [K in keyof Episode]: Episode[K] }[] = []
  readonly #open = new Map<string, number>()
  /** Not remembered, because there were too many. */
  leftOut = 0

  add(item: OutboxItem): void {
    if (item.kind === 'clear') {
      const index = this.#open.get(item.body.key)
      this.#open.delete(item.body.key)
      const episode = index === undefined ? undefined : this.#list[index]
      if (episode !== undefined)
        episode.raised = { ...episode.raised, clearedAt: item.body.clearedAt }
      return
    }
    if (item.kind !== 'anomaly' || item.body.adds !== undefined) return
    const { body } = item
    const index = this.#open.get(body.key)
    const known = index === undefined ? undefined : this.#list[index]
    if (known !== undefined) {
      known.raised = { ...known.raised, repeats: known.raised.repeats + 1 }
      return
    }
    if (this.#list.length >= episodesMax) {
      this.leftOut++
      return
    }
    this.#open.set(body.key, this.#list.length)
    this.#list.push({
      key: body.key,
      type: body.type,
      community: body.community ?? '',
      device: body.device ?? null,
      raised: {
        id: body.id,
        severity: body.severity ?? defaultSeverity[body.type],
        at: body.raisedAt ?? item.createdAt,
        foundAt: item.createdAt,
        clearedAt: null,
        repeats: 0,
        rule: body.rule ?? { id: '', version: '' },
        title: body.title ?? { zh: body.type, en: body.type },
      },
    })
  }

  /** Those that were found in `[from, to]`. */
  within(from: number, to: number): Episode[] {
    return this.#list.filter(({ raised }) => raised.foundAt >= from && raised.foundAt <= to)
  }
}
