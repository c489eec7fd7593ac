import type { Effect } from '../model/effect.ts'
import type { Reading } from '../model/input.ts'
import { type Cell, cellOf, notLive, rest } from './cell.ts'
import type { Observation } from './latch.ts'
import { clearOf, raiseOf, readingEvidence } from './report.ts'
import type { RuleDesk } from './rule-desk.ts'

/** States that may stand for hours. A call for help is an event: a remembered one is over. */
const standing: ReadonlySet<string> = new Set([
  'fire',
  'smoke',
  'gas',
  'carbonMonoxide',
  'waterLeak',
])
const nothing: readonly Effect[] = []

/**
 * A value from a broker's memory begins no alarm. Where life may hang on it and no alarm of the device is
 * open, somebody is asked to check.
 */
export function checkNeeded(desk: RuleDesk, cell: Cell, reading: Reading, seen: Observation) {
  const { rule, entry } = cell
  const safety = rule.kind === 'boolean' && rule.lifeSafety && standing.has(reading.name)
  if (!safety || seen.verdict !== 'alarm' || seen.late) return nothing
  for (const { phase } of entry.cells.values()) if (phase !== 'idle') return nothing
  const check = cellOf(entry, rule, notLive)
  check.phase = 'active'
  check.since = seen.at
  check.heardAt = seen.receivedAt
  check.value = seen.value
  check.valueTs = seen.at
  desk.changed(check)
  const evidence = [readingEvidence(entry.id, reading.name, seen.at, seen.value)]
  const effect = raiseOf(check, { at: seen.at, heldMs: 0, evidence })
  return desk.raised(check, {
    ...effect,
    severity: 'minor',
    title: { zh: `待核实：${effect.title.zh}`, en: `Check needed, not live: ${effect.title.en}` },
    description: {
      zh: '这是连接时读到的旧状态，何时发生不详。请联系或上门核实；设备再次报警会另开一单。',
      en: 'An old state read while connecting; when it began is not known. Call or go and check; a live alarm comes on its own.',
    },
  })
}

/** The first live word that all is well ends the check. */
export function checkOver(desk: RuleDesk, cell: Cell, seen: Observation): readonly Effect[] {
  const check = cell.entry.cells.get(`${cell.rule.id}/${notLive}`)
  if (check === undefined || check.phase === 'idle' || seen.verdict !== 'clear') return nothing
  rest(check)
  desk.changed(check)
  const evidence =
    'reading' in cell.rule && seen.value !== null
      ? [readingEvidence(cell.entry.id, cell.rule.reading, seen.at, seen.value)]
      : []
  return desk.cleared(check, clearOf(check, seen.at, evidence))
}
