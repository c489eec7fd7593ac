import { minuteMs, secondMs } from '../../contracts/clock.ts'
import type { BacktestItem } from '../../contracts/backtest.ts'
import type { Episode } from './episodes.ts'

/** Live ticks come within a second or so; less than this is not "moved". */
const jitterMs = 5 * secondMs
/** Two episodes of one key that come so near to each other are the same trouble. */
const slackMs = 5 * minuteMs

/** A late reading may end an alarm at a time before it began. */
const endOf = ({ raised }: Episode): number =>
  Math.max(raised.at, raised.clearedAt ?? Number.POSITIVE_INFINITY)
const meet = (a: Episode, b: Episode): boolean =>
  a.raised.at <= endOf(b) + slackMs && b.raised.at <= endOf(a) + slackMs

const groups = (episodes: readonly Episode[]): Map<string, Episode[]> => {
  const byKey = new Map<string, Episode[]>()
  for (const episode of episodes.toSorted((a, b) => a.raised.at - b.raised.at)) {
    const list = byKey.get(episode.key)
    if (list === undefined) byKey.set(episode.key, [episode])
    else list.push(episode)
  }
  return byKey
}

function itemOf(before: Episode | null, after: Episode | null): BacktestItem {
  const { key, type, community, device } = (before ?? after)!
  const both = before !== null && after !== null
  const movedMs = both ? after.raised.at - before.raised.at : null
  const isSame =
    both && Math.abs(movedMs ?? 0) <= jitterMs && before.raised.severity === after.raised.severity
  const change = before === null ? 'new' : after === null ? 'gone' : isSame ? 'same' : 'moved'
  return {
    change,
    key,
    type,
    community,
    device,
    before: before?.raised ?? null,
    after: after?.raised ?? null,
    movedMs,
  }
}

const timeOf = (item: BacktestItem): number => (item.before ?? item.after)?.at ?? 0

/** What would have come, gone or moved. Episodes of one key are paired where they overlap in time, in order. */
export function compare(before: readonly Episode[], after: readonly Episode[]): BacktestItem[] {
  const [old, changed] = [groups(before), groups(after)]
  const items: BacktestItem[] = []
  for (const key of new Set([...old.keys(), ...changed.keys()])) {
    const a = [...(old.get(key) ?? [])]
    const b = [...(changed.get(key) ?? [])]
    while (a.length > 0 || b.length > 0) {
      const [first, second] = [a[0] ?? null, b[0] ?? null]
      const paired = first !== null && second !== null && meet(first, second)
      const takeFirst =
        paired || second === null || (first !== null && first.raised.at <= second.raised.at)
      const takeSecond = paired || !takeFirst
      items.push(
        itemOf(takeFirst ? (a.shift() ?? null) : null, takeSecond ? (b.shift() ?? null) : null),
      )
    }
  }
  return items.sort((x, y) => timeOf(x) - timeOf(y) || x.key.localeCompare(y.key))
}
