import './evidence-picture.css'
import { ImageOff } from 'lucide-react'
import { useState } from 'react'
import type { Polygon } from '../../../contracts/detections.ts'
import { useText } from '../text/use-text.ts'
import { type PictureBox, type PictureFacts, pictureBoxes } from './picture-model.ts'

export interface EvidencePictureProps extends PictureFacts {
  /** Faces and foreign plates are already blurred in the file. */
  readonly src: string
  readonly alt: string
  /** Polygon in relative coordinates, and what it is called. */
  readonly zone?: Polygon | undefined
  readonly zoneName?: string | undefined
  /** What the rule says of the subject, e.g. how long it stood. */
  readonly fact?: string | undefined
}

const percent = (value: number) => `${value.toFixed(2)}%`

/** A picture with its boxes: subject in amber with a white keyline and an ink tab, others dashed and pale. */
export function EvidencePicture(props: EvidencePictureProps) {
  const { t, thing } = useText()
  const [missing, setMissing] = useState<string | null>(null)
  const boxes = pictureBoxes(props)
  const words = (box: PictureBox) => {
    const name = thing(box.label)
    const score = box.score === null || box.score === 0 ? '' : ` ${box.score.toFixed(2)}`
    const fact = box.subject && props.fact !== undefined ? ` · ${props.fact}` : ''
    return `${name}${score}${fact}`
  }
  return (
    <div className="picture" style={{ aspectRatio: `${props.widthPx} / ${props.heightPx}` }}>
      {missing === props.src ? (
        <div className="absent">
          <ImageOff size={18} strokeWidth={1.7} />
          {t('picture.absent')}
        </div>
      ) : (
        <img src={props.src} alt={props.alt} onError={() => setMissing(props.src)} />
      )}
      {missing !== props.src && (
        <>
          {props.zone !== undefined && <Zone polygon={props.zone} />}
          <svg aria-hidden="true">
            {boxes.map((box) => (
              <Box key={box.at.join()} box={box} />
            ))}
          </svg>
          {props.zone !== undefined && props.zoneName !== undefined && (
            <ZoneTab polygon={props.zone} name={props.zoneName} />
          )}
          {boxes.map((box) => (
            <span key={box.at.join()} className={tabClass(box)} style={tabPlace(box)}>
              {words(box)}
            </span>
          ))}
        </>
      )}
    </div>
  )
}

function Box({ box }: { box: PictureBox }) {
  const [x, y, width, height] = box.at.map(percent)
  const at = { x, y, width, height, rx: 3 }
  return (
    <g data-box={box.label}>
      <rect {...at} className="keyline" />
      <rect {...at} className={box.subject ? 'subject' : 'other'} />
    </g>
  )
}

function Zone({ polygon }: { polygon: Polygon }) {
  const points = polygon.map(([x, y]) => `${x * 100},${y * 100}`).join(' ')
  return (
    <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
      <polygon points={points} className="zone" />
    </svg>
  )
}

function ZoneTab({ polygon, name }: { polygon: Polygon; name: string }) {
  const low = polygon.reduce((a, b) => (b[1] > a[1] || (b[1] === a[1] && b[0] < a[0]) ? b : a))
  const left = Math.min(Math.max(low[0] * 100, 1), 70)
  const top = Math.max(low[1] * 100 - 9, 1)
  return (
    <span className="tab area" style={{ left: percent(left), top: percent(top) }}>
      {name}
    </span>
  )
}

/** A tab that would leave the picture turns inwards. */
const tabClass = ({ at }: PictureBox) =>
  `tab${at[1] < 9 ? ' below' : ''}${at[0] > 72 ? ' from-right' : ''}`

const tabPlace = ({ at: [x, y, width] }: PictureBox) => ({
  left: percent(x > 72 ? Math.min(x + width, 100) : Math.max(x, 0)),
  top: percent(Math.max(y, 0)),
})
