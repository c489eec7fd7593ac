import { expect, test } from 'vitest'
import { DueHeap } from '../../gateway/model/due-heap.ts'

interface Item {
  readonly key: string
  dueAt: number | null
}

/** Deadlines of elders and of ten thousand devices hang on it: it must never lose or delay one. */
test('deadlines that move come up at their last time, in order, against a plain list', () => {
  let x = 7
  const roll = (below: number): number => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return Math.abs(x) % below
  }
  const heap = new DueHeap<Item>()
  const items: Item[] = Array.from({ length: 50 }, (_, index) => ({
    key: `k${index}`,
    dueAt: null,
  }))
  const naive = (): Item | undefined =>
    items
      .filter(({ dueAt }) => dueAt !== null)
      .sort((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0) || (a.key < b.key ? -1 : 1))[0]
  let now = 0
  for (let step = 0; step < 20_000; step += 1) {
    const item = items[roll(items.length)]
    if (item === undefined) throw new Error('no item')
    item.dueAt = roll(6) === 0 ? null : now + roll(500)
    heap.schedule(item)
    const next = naive()
    expect(heap.nextAt()).toBe(next?.dueAt ?? null)
    now += roll(20)
    const expected = next !== undefined && (next.dueAt ?? Infinity) <= now ? next : null
    expect(heap.takeDue(now)).toBe(expected)
    if (expected !== null) expect(expected.dueAt).toBeNull()
  }
})
