import './coverage-bar.css'
import type { CareState } from '../../../contracts/care.ts'
import { useText } from '../text/use-text.ts'
import { zoned } from '../text/zone.ts'
import { type CoverageInput, coverageDrawing, type Piece, sixHourMarks } from './coverage-model.ts'

export type CoverageTone = 'ok' | 'watch' | 'cannot' | 'unseen-over' | 'away'

export const toneOfCare: Record<CareState, CoverageTone> = {
  ok: 'ok',
  watch: 'watch',
  unseen: 'unseen-over',
  'cannot-tell': 'cannot',
  away: 'away',
}

export interface CoverageBarProps {
  readonly account: CoverageInput
  /** Colour of the underline; none is drawn without it (lanes of one source). */
  readonly tone?: CoverageTone
  /** The text alternative. */
  readonly label: string
  readonly trackPx?: number
  /** A source that cannot watch (calls, visits): a dotted line with ticks. */
  readonly calls?: boolean
  readonly lamp?: boolean
}

const percent = (value: number) => `${value.toFixed(3)}%`

/** The signature: who looked (solid), nobody could (hatch), away (dots), signs of life (ticks, lamp), time unseen (underline). */
export function CoverageBar(props: CoverageBarProps) {
  const { account, tone, label, trackPx = 12, calls = false, lamp = true } = props
  const drawing = coverageDrawing(account)
  const top = trackPx >= 12 ? 10 : 8
  const heightPx = tone === undefined ? top * 2 + trackPx - 2 : top + trackPx + 12
  const strip = (piece: Piece, className: string, inset = 0) => (
    <rect
      key={`${className}${piece.x}`}
      x={percent(piece.x)}
      width={percent(piece.width)}
      y={top + inset}
      height={trackPx - 2 * inset}
      rx={inset === 0 ? 1.5 : 0}
      className={className}
    />
  )
  return (
    <svg className="coverage" height={heightPx} role="img" aria-label={label}>
      {calls ? (
        <line x1="0" x2="100%" y1={top + trackPx / 2} y2={top + trackPx / 2} className="calls" />
      ) : (
        <>
          <rect x="0" y={top} width="100%" height={trackPx} rx="2" className="track" />
          {drawing.holes.map((piece) => strip(piece, 'hole', 0.5))}
          {drawing.away.map((piece) => strip(piece, 'gone', 0.5))}
          {drawing.covered.map((piece) => strip(piece, 'seen'))}
        </>
      )}
      {tone !== undefined && drawing.unseen !== null && (
        <rect
          x={percent(drawing.unseen.x)}
          width={percent(drawing.unseen.width)}
          y={top + trackPx + 4}
          height="2.5"
          rx="1.25"
          className={`unseen ${tone}`}
        />
      )}
      {drawing.ticks.map((x) => (
        <line
          key={x}
          x1={percent(x)}
          x2={percent(x)}
          y1={top - 1}
          y2={top + trackPx + 1}
          className="tick"
        />
      ))}
      {drawing.lamp !== null && (
        <g>
          <line
            x1={percent(drawing.lamp)}
            x2={percent(drawing.lamp)}
            y1={top - 2}
            y2={top + trackPx + 3}
            className="tick newest"
          />
          {lamp && <circle cx={percent(drawing.lamp)} cy={top - 2.5} r="3.6" className="lamp" />}
        </g>
      )}
      {drawing.before && tone !== undefined && (
        <path
          d={`M-4 ${top + trackPx / 2 - 4.5} -9 ${top + trackPx / 2}l5 4.5`}
          className="before"
        />
      )}
    </svg>
  )
}

/** From there on a mark touches the word at the right edge of a narrow axis. */
const lateShare = 65

/** One time axis for all rows: 12:00, 18:00, midnight by its name, and now at the right edge. */
export function CoverageAxis({ fromMs, toMs, end }: { fromMs: number; toMs: number; end: string }) {
  const { t, time } = useText()
  const shareOf = (ms: number) => ((ms - fromMs) / (toMs - fromMs)) * 100
  const shown = sixHourMarks(fromMs, toMs).filter((ms) => shareOf(ms) > 2 && shareOf(ms) < 90)
  return (
    <div className="coverage-axis" aria-hidden="true">
      {shown.map((ms) => (
        <span
          key={ms}
          className={shareOf(ms) > lateShare ? 'late' : ''}
          style={{ left: percent(shareOf(ms)) }}
        >
          {zoned(ms).hours === 0 ? t('time.midnight') : time.clock(ms)}
        </span>
      ))}
      <span className="now">{end}</span>
    </div>
  )
}

/** Hair lines behind the rows, at the marks of the axis. */
export function CoverageLines({ fromMs, toMs }: { fromMs: number; toMs: number }) {
  return (
    <div className="coverage-lines" aria-hidden="true">
      {sixHourMarks(fromMs, toMs).map((ms) => (
        <i
          key={ms}
          className={zoned(ms).hours === 0 ? 'midnight' : ''}
          style={{ left: percent(((ms - fromMs) / (toMs - fromMs)) * 100) }}
        />
      ))}
      <i className="now" />
    </div>
  )
}
