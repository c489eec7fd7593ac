import { useRef } from 'react'
import type { CameraHealth } from '../../../../contracts/health.ts'
import type { CameraItem } from '../../../../contracts/http/devices.ts'
import { EvidencePicture } from '../../look/evidence-picture.tsx'
import { type StateKind, StateShape } from '../../look/state-shape.tsx'
import { useText } from '../../text/use-text.ts'
import type { Turns } from './turns.ts'
import { useFrame } from './use-frame.ts'
import { useOnScreen } from './use-on-screen.ts'

const shapeOf: Readonly<Record<CameraHealth['state'], StateKind>> = {
  ok: 'ok',
  offline: 'offline',
  frozen: 'major',
  covered: 'major',
  defocused: 'minor',
  moved: 'minor',
  waiting: 'waiting',
}

interface CameraTileProps {
  readonly camera: CameraItem
  readonly boxes: boolean
  readonly now: number
  readonly turns: Turns
}

/** One camera: latest frame, boxes over it, how old it is, and its state by shape and word. */
export function CameraTile({ camera, boxes, now, turns }: CameraTileProps) {
  const { t, time } = useText()
  const tile = useRef<HTMLElement>(null)
  const shown = useOnScreen(tile)
  const { health } = camera
  const frame = useFrame({
    camera: camera.id,
    community: camera.community,
    hasFrames: health?.lastFrameAt != null,
    onScreen: shown,
    turns,
  })
  const state = health?.state ?? 'waiting'
  const zone = camera.camera?.zones.find((one) => one.kind === 'fire-lane')
  return (
    <article ref={tile} className="card camera" data-camera={camera.id}>
      {frame === null ? (
        <div className="none">{t('cameras.none-yet')}</div>
      ) : (
        <div className={state === 'offline' ? 'stale' : ''}>
          <EvidencePicture
            src={frame.src}
            alt={camera.name}
            widthPx={frame.widthPx}
            heightPx={frame.heightPx}
            detections={boxes ? frame.detections : []}
            {...(boxes && zone !== undefined ? { zone: zone.polygon, zoneName: zone.name } : {})}
          />
        </div>
      )}
      <div className="meta">
        <div className="row">
          <StateShape kind={shapeOf[state]} sizePx={16} />
          <b className="clip grow">{camera.name === '' ? camera.id : camera.name}</b>
          <span className="second s13 nowrap">{t(`camera.${state}`)}</span>
        </div>
        <div className="muted s12 row wrap" style={{ gap: '0 12px' }}>
          {camera.place?.name !== camera.name && <span>{camera.place?.name ?? camera.id}</span>}
          {health?.lastFrameAt != null && (
            <span>{t('cameras.age', { span: time.span(now - health.lastFrameAt) })}</span>
          )}
          {health !== null && (
            <span>
              {t('cameras.counts', {
                in: health.framesIn,
                analysed: health.framesAnalysed,
                dropped: health.framesDropped,
              })}
            </span>
          )}
        </div>
      </div>
    </article>
  )
}
