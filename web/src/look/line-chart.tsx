import './line-chart.css'
import { figure } from '../text/format.ts'
import { type ChartOptions, type ChartPoint, chartDrawing, thin } from './chart-model.ts'

interface LineChartProps extends ChartOptions {
  readonly points: readonly ChartPoint[]
  readonly unit: string
  readonly label: string
  readonly from: string
  readonly to: string
}

const pointsMax = 800

/** One series, labelled by its scale; silence is hatched. */
export function LineChart(props: LineChartProps) {
  const { points, unit } = props
  const drawing = chartDrawing(thin(points, pointsMax), props)
  if (drawing === null) return null
  return (
    <div className="chart">
      <div className="scale">
        <span>
          {figure(drawing.max)} {unit}
        </span>
        <span>
          {figure(drawing.min)} {unit}
        </span>
      </div>
      <div className="field" role="img" aria-label={props.label}>
        <svg aria-hidden="true">
          {drawing.gaps.map((gap) => (
            <rect
              key={gap.x}
              x={`${gap.x}%`}
              width={`${gap.width}%`}
              y="0"
              height="100%"
              fill="url(#hatch)"
              opacity=".55"
            />
          ))}
          <svg viewBox="0 0 100 100" preserveAspectRatio="none">
            {drawing.runs.map((run) => (
              <polyline key={run[0]?.join()} points={run.map((at) => at.join()).join(' ')} />
            ))}
          </svg>
        </svg>
      </div>
      <div className="axis">
        <span>{props.from}</span>
        <span>{props.to}</span>
      </div>
    </div>
  )
}
