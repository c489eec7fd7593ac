import './coverage-lanes.css'
import {
  CoverageAxis,
  CoverageBar,
  CoverageLines,
  type CoverageTone,
} from '../../look/coverage-bar.tsx'
import { type Span, union } from '../../look/coverage-model.ts'
import { useText } from '../../text/use-text.ts'

export interface Lane {
  readonly source: string
  readonly name: string
  readonly intervals: readonly Span[]
  readonly evidenceAt: readonly number[]
}

export interface CoverageLanesProps {
  readonly fromMs: number
  readonly toMs: number
  /** The word at the right edge: now, or when the ticket was opened. */
  readonly end: string
  readonly lanes: readonly Lane[]
  readonly away?: readonly Span[]
  /** Where all the sources stand; not said again in each lane. */
  readonly place: string | null
  readonly lastAt: number | null
  readonly tone: CoverageTone
  readonly known?: Span
  readonly now: number
}

/** People who call or visit do not watch: a dotted line, not counted. */
const cannotWatch = (source: string) => source === 'staff' || source.startsWith('call')

const lengthMs = (spans: readonly Span[]) => spans.reduce((sum, [from, to]) => sum + to - from, 0)

/** The coverage bar over 36 h, a lane per source, on one axis. */
export function CoverageLanes(props: CoverageLanesProps) {
  const { fromMs, toMs, lanes, lastAt, tone, now } = props
  const { t, time } = useText()
  const axis: Span = [fromMs, toMs]
  const account = {
    fromMs,
    toMs,
    away: props.away ?? [],
    ...(props.known && { known: props.known }),
  }
  const together = union(
    lanes.flatMap((lane) => lane.intervals),
    axis,
  )
  const last = lastAt === null ? t('care.never') : time.day(lastAt, now)
  const hours = (spans: readonly Span[]) => (lengthMs(spans) / 3_600_000).toFixed(1)
  const label = (spans: readonly Span[]) => t('care.alternative', { hours: hours(spans), last })
  const watchedMs = lengthMs(together)
  const wholeMs = lengthMs([props.known ?? axis])
  return (
    <div className="lanes">
      <div className="behind">
        <CoverageLines fromMs={fromMs} toMs={toMs} />
      </div>
      <div className="lane" style={{ minHeight: 20 }}>
        <span />
        <CoverageAxis fromMs={fromMs} toMs={toMs} end={props.end} />
      </div>
      <div className="lane together">
        <b>{t('ticket.together')}</b>
        <CoverageBar
          account={{
            ...account,
            covered: together,
            evidenceAt: lanes.flatMap((lane) => lane.evidenceAt),
            lastAt,
          }}
          tone={tone}
          trackPx={14}
          label={label(together)}
        />
        <span className="note">
          {watchedMs >= wholeMs * 0.999
            ? t('ticket.always-watched')
            : t('ticket.hours-watched', { span: time.span(watchedMs) })}
        </span>
      </div>
      {lanes.map((lane) => (
        <div key={lane.source} className="lane">
          <span className="clip" title={lane.name}>
            {shortName(lane.name, props.place)}
          </span>
          <CoverageBar
            account={{
              ...account,
              covered: lane.intervals,
              evidenceAt: lane.evidenceAt,
              lastAt: newest(lane.evidenceAt),
            }}
            trackPx={8}
            lamp={false}
            calls={cannotWatch(lane.source)}
            label={`${lane.name}: ${label(union(lane.intervals, axis))}`}
          />
          <span className="note">
            {cannotWatch(lane.source)
              ? t('ticket.not-counted')
              : t('ticket.hours-watched', {
                  span: time.span(lengthMs(union(lane.intervals, axis))),
                })}
          </span>
        </div>
      ))}
    </div>
  )
}

const newest = (at: readonly number[]) => (at.length === 0 ? null : Math.max(...at))

function shortName(name: string, place: string | null): string {
  if (place === null || !name.startsWith(place)) return name
  const rest = name.slice(place.length).trim()
  return rest === '' ? name : rest
}
