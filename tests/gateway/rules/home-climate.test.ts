import { describe, expect, test } from 'vitest'
import type { RosterResident } from '../../../contracts/roster.ts'
import { RosterBook } from '../../../gateway/model/roster-book.ts'
import { createRuleEngine } from '../../../gateway/rules/rule-engine.ts'
import { hour, inOrder, minute, series, times } from './expression-stand.ts'
import { aDevice, brief, community, play, shippedRules, t0 } from './stand.ts'

const rooms = ['bed', 'kitchen'].map((id) =>
  aDevice(id, { household: 'h1', intervalMs: 10 * minute }),
)
const elder = (watched: boolean): RosterResident => ({
  id: 'r1',
  community,
  household: 'h1',
  name: '吴桂英',
  honorific: '吴奶奶',
  watch: watched ? { windowMs: 24 * hour, since: t0 - 48 * hour } : null,
  away: [],
})

interface Home {
  readonly watched?: boolean
  readonly heatWave?: boolean
}

/** What the shipped rules say of a home whose rooms have these temperatures for six hours. */
function home(bed: number, kitchen: number, { watched = true, heatWave = false }: Home = {}) {
  const roster = new RosterBook()
  const mode = { id: 'm', community, mode: 'heat-wave' as const, from: t0 - hour, to: null }
  roster.replace({
    version: 1,
    devices: rooms,
    credentials: [],
    households: [{ id: 'h1', community, place: { name: '6 号楼 301' } }],
    residents: [elder(watched)],
    cards: [],
    modes: heatWave ? [{ ...mode, by: 'staff', reason: '橙色预警' }] : [],
  })
  const engine = createRuleEngine({ roster, rules: shippedRules() })
  const inputs = inOrder(
    series(
      'bed',
      'temperature',
      10 * minute,
      times(37, () => bed),
    ),
    series(
      'kitchen',
      'temperature',
      10 * minute,
      times(37, () => kitchen),
    ),
  )
  return brief(play(engine, inputs, 6 * hour)).filter((said) => said.startsWith('+home'))
}
const hoursOf = (said: readonly string[]): number => Number(said[0]?.split('@')[1]) / 3600

describe('the home of an elder', () => {
  test('is too hot where no room is left to cool down in, after two hours', () => {
    const said = home(35, 33)
    expect(said).toHaveLength(1)
    expect(said[0]).toMatch(/^\+home\.too-hot@/)
    expect(hoursOf(said)).toBeGreaterThanOrEqual(2)
    expect(hoursOf(said)).toBeLessThan(2.5)
    expect(home(35, 29)).toEqual([])
  })

  test('in a heat wave earlier and sooner', () => {
    expect(home(31, 31)).toEqual([])
    const said = home(31, 31, { heatWave: true })
    expect(said).toHaveLength(1)
    expect(hoursOf(said)).toBeLessThan(1)
  })

  test('is too cold where even the warmest room is, after three hours', () => {
    const said = home(8, 11)
    expect(said).toHaveLength(1)
    expect(said[0]).toMatch(/^\+home\.too-cold@/)
    expect(hoursOf(said)).toBeGreaterThanOrEqual(3)
    expect(home(8, 17)).toEqual([])
  })

  // How warm others keep their homes is nobody's business.
  test('a home of which nobody asked us to look after anyone is left alone', () => {
    expect(home(35, 35, { watched: false })).toEqual([])
    expect(home(5, 5, { watched: false })).toEqual([])
  })
})
