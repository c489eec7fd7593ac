import type { GatewayHealth } from '../../../../contracts/health.ts'
import { type StateKind, StateShape } from '../../look/state-shape.tsx'
import { useText } from '../../text/use-text.ts'

const shapeOf: Readonly<Record<GatewayHealth['models'][number]['state'], StateKind>> = {
  loaded: 'ok',
  missing: 'offline',
  refused: 'major',
}

export function Models({ models }: { models: GatewayHealth['models'] }) {
  const { t } = useText()
  return (
    <div className="card part">
      <h3>{t('health.models')}</h3>
      {models.length === 0 && <p className="muted s13">{t('none')}</p>}
      {models.map((model) => (
        <div key={model.name} className="model">
          <StateShape kind={shapeOf[model.state]} sizePx={16} />
          <span className="clip">
            {model.name} <span className="muted mono">{model.sha256?.slice(0, 12)}</span>
          </span>
          <span className="second s13">{t(`health.model-${model.state}`)}</span>
        </div>
      ))}
    </div>
  )
}

export function Dropped({ dropped }: { dropped: GatewayHealth['dropped'] }) {
  const { t } = useText()
  const some = Object.entries(dropped).filter((pair) => pair[1] > 0)
  return (
    <div className="card part">
      <h3>{t('health.dropped')}</h3>
      {some.length === 0 && <p className="muted s13">{t('health.dropped-none')}</p>}
      {some.map(([name, n]) => (
        <div key={name} className="row s13">
          <span className="mono grow">{name}</span>
          <b>{n.toLocaleString('en-US')}</b>
        </div>
      ))}
    </div>
  )
}

const shownMax = 50

export function Quarantine(props: { quarantine: GatewayHealth['quarantine']; now: number }) {
  const { quarantine, now } = props
  const { t, time } = useText()
  return (
    <div className="card part">
      <h3>{t('health.quarantine')}</h3>
      <p className="muted s13">
        {quarantine.total === 0
          ? t('health.quarantine-none')
          : t('health.quarantine-text', { n: quarantine.total.toLocaleString('en-US') })}
      </p>
      {quarantine.recent.length > 0 && (
        <table className="quarantine">
          <thead>
            <tr>
              <th>{t('health.column-when')}</th>
              <th>{t('health.column-who')}</th>
              <th className="topic">{t('health.column-topic')}</th>
              <th>{t('health.column-why')}</th>
              <th className="bytes">{t('health.column-bytes')}</th>
            </tr>
          </thead>
          <tbody>
            {quarantine.recent.slice(0, shownMax).map((one) => (
              <tr key={`${one.ts}${one.topic}${one.detail}`}>
                <td className="nowrap">{time.day(one.ts, now)}</td>
                <td>{one.client}</td>
                <td className="topic mono">{one.topic}</td>
                <td>
                  <span className="mono">{one.code}</span>
                  <div className="muted s12">{one.detail}</div>
                </td>
                <td className="bytes">{one.bytes.toLocaleString('en-US')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  )
}
