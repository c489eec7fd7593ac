import './cameras.css'
import Switch from 'antd/es/switch'
import { useState } from 'react'
import { useCameras } from '../../data/queries.ts'
import { useNow } from '../../data/use-now.ts'
import { Empty, Failed, Loading } from '../../shell/notices.tsx'
import { useTitle } from '../../shell/use-title.ts'
import { useText } from '../../text/use-text.ts'
import { CameraTile } from './camera-tile.tsx'
import { createTurns } from './turns.ts'

const listEveryMs = 3_000
const picturesAtOnce = 2

export default function CamerasPage() {
  const { t } = useText()
  const now = useNow(1_000)
  const cameras = useCameras(listEveryMs)
  const [boxes, setBoxes] = useState(true)
  const [turns] = useState(() => createTurns(picturesAtOnce))
  useTitle(t('nav.cameras'))
  if (cameras.isPending) return <Loading rows={8} />
  if (cameras.data === undefined) return <Failed error={cameras.error} retry={cameras.refetch} />
  const { items } = cameras.data
  const ok = items.filter((camera) => camera.health?.state === 'ok').length
  return (
    <>
      <div className="page-head">
        <h1>{t('nav.cameras')}</h1>
        <span className="second">{t('cameras.summary', { ok, n: items.length })}</span>
        <span className="grow" />
        <label className="row s13 second">
          <Switch checked={boxes} onChange={setBoxes} />
          {t('cameras.boxes')}
        </label>
      </div>
      {items.length === 0 ? (
        <Empty title={t('cameras.empty')} text={t('cameras.empty-text')} />
      ) : (
        <div className="page-body camera-grid">
          {items.map((camera) => (
            <CameraTile
              key={`${camera.community}/${camera.id}`}
              camera={camera}
              boxes={boxes}
              turns={turns}
              now={now}
            />
          ))}
        </div>
      )}
    </>
  )
}
