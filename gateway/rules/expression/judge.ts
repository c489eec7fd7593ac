import type { Effect } from '../../model/effect.ts'
import { inSchedule } from '../../model/week-window.ts'
import { expressionClear, expressionRaise } from './report.ts'
import type { ExpressionDesk } from './desk.ts'
import type { Scene } from './scene.ts'
import type { Watch } from './watch.ts'

const nothing: readonly Effect[] = []

/** What made us look: a value, or the clock. */
export interface Cause {
  /** Event time, never later than our time. */
  readonly at: number
  /** History being delivered, or the first value ever, or the broker's memory: it begins nothing. */
  readonly begins: boolean
  readonly late: boolean
  /** The broker's memory: not even what life hangs on begins with it. */
  readonly retained?: boolean
}

/** Looks at one rule about one subject at `desk.now`; the subject's own readings are in the scene. */
export function judge(desk: ExpressionDesk, watch: Watch, cause: Cause): readonly Effect[] {
  const { scene } = desk
  const { rule } = watch
  aim(scene, watch, desk.lookingAt)
  desk.evaluations += 1
  if (watch.phase === 'idle') {
    if (asked(desk, watch) !== 1 || !raisesNow(watch, scene.now)) return nothing
    return begin(desk, watch, cause)
  }
  if (watch.phase === 'pending') return goOn(desk, watch, cause)
  const over = isOver(watch, scene)
  if (watch.phase === 'active') return over ? beginClear(desk, watch, cause) : nothing
  if (!over) {
    watch.phase = 'active'
    desk.ripen(watch, null)
    return nothing
  }
  return cause.at - watch.since >= rule.rule.clearForMs ? end(desk, watch, cause.at) : nothing
}

function aim(scene: Scene, watch: Watch, now: number): void {
  scene.now = now
  scene.subject = watch.subject
  scene.member = watch.subject.source
  scene.offsetMinutes = watch.rule.rule.utcOffsetMinutes
}

function asked(desk: ExpressionDesk, { rule }: Watch): number {
  const answer = rule.when(desk.scene)
  if (answer === 2) desk.unknown += 1
  return answer
}

const raisesNow = ({ rule }: Watch, now: number): boolean =>
  inSchedule(rule.rule.schedule ?? [], now, rule.rule.utcOffsetMinutes)

/** Unknown is not over. */
const isOver = ({ rule }: Watch, scene: Scene): boolean =>
  rule.clearWhen === null ? rule.when(scene) === 0 : rule.clearWhen(scene) === 1

function begin(desk: ExpressionDesk, watch: Watch, cause: Cause): readonly Effect[] {
  const { forMs, lifeSafety } = watch.rule.rule
  if (cause.retained === true || (!cause.begins && !lifeSafety)) return nothing
  watch.since = cause.at
  if (forMs === 0 && !cause.late) return activate(desk, watch)
  watch.phase = 'pending'
  desk.ripen(watch, desk.lookingAt + (cause.late ? Math.max(forMs, desk.lateSettleMs) : forMs))
  return nothing
}

/** What is no longer known to hold has not held: an unknown ends the waiting, it raises nothing. */
function goOn(desk: ExpressionDesk, watch: Watch, cause: Cause): readonly Effect[] {
  const holds = asked(desk, watch) === 1 && raisesNow(watch, desk.scene.now)
  if (!holds) {
    desk.rest(watch)
    return nothing
  }
  const held = cause.at - watch.since >= watch.rule.rule.forMs
  return held && !cause.late && cause.retained !== true ? activate(desk, watch) : nothing
}

function activate(desk: ExpressionDesk, watch: Watch): readonly Effect[] {
  watch.phase = 'active'
  watch.tag = watch.rule.rule.versionTag
  desk.ripen(watch, null)
  return desk.standing.raised(watch, expressionRaise(desk, watch))
}

function beginClear(desk: ExpressionDesk, watch: Watch, cause: Cause): readonly Effect[] {
  const { clearForMs } = watch.rule.rule
  if (clearForMs === 0) return end(desk, watch, cause.at)
  watch.phase = 'clearing'
  watch.since = cause.at
  desk.ripen(watch, desk.lookingAt + clearForMs)
  return nothing
}

function end(desk: ExpressionDesk, watch: Watch, at: number): readonly Effect[] {
  const effect = expressionClear(desk, watch, at)
  desk.rest(watch)
  return desk.standing.cleared(watch, effect)
}

/** A duration has passed by our clock: it is looked at once more, for time may have changed the answer. */
export function ripe(desk: ExpressionDesk, watch: Watch): readonly Effect[] {
  aim(desk.scene, watch, desk.lookingAt)
  desk.evaluations += 1
  if (watch.phase === 'pending') {
    if (asked(desk, watch) === 1) return activate(desk, watch)
    desk.rest(watch)
    return nothing
  }
  if (watch.phase !== 'clearing') return nothing
  if (isOver(watch, desk.scene)) return end(desk, watch, desk.lookingAt)
  watch.phase = 'active'
  desk.ripen(watch, null)
  return nothing
}
