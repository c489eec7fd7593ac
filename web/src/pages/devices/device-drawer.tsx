import Drawer from 'antd/es/drawer'
import Segmented from 'antd/es/segmented'
import Select from 'antd/es/select'
import { useState } from 'react'
import type { DeviceItem } from '../../../../contracts/http/devices.ts'
import { bucketOf, useHistory } from '../../data/queries.ts'
import { LineChart } from '../../look/line-chart.tsx'
import { StateShape } from '../../look/state-shape.tsx'
import { Failed, Loading } from '../../shell/notices.tsx'
import { figure } from '../../text/format.ts'
import { useText } from '../../text/use-text.ts'
import { originWords } from './device-row.tsx'
import { deviceState } from './device-state.ts'
import {
  batteryWords,
  clockWords,
  downWords,
  rhythmWords,
  viaSaidWords,
  viaWords,
} from './health-words.ts'
import { asNumber, unitOf, valueWords } from './readings.ts'
import { ViaSelect } from './via-select.tsx'

interface DeviceDrawerProps {
  readonly device: DeviceItem
  readonly parent: DeviceItem | null
  /** What it could hang on; null where the person may not say so. */
  readonly parents: readonly DeviceItem[] | null
  readonly now: number
  readonly onClose: () => void
}

/** So many missed reports in a row are a silence. */
const gapFactor = 3
const spansHours = [1, 24, 168] as const

/** One device: what it said last, and the way one reading went. */
export default function DeviceDrawer({ device, parent, parents, now, onClose }: DeviceDrawerProps) {
  const { t, time, reading: nameOf, deviceType } = useText()
  const names = Object.keys(device.lastValues)
  const [picked, setPicked] = useState<string | null>(null)
  const [hours, setHours] = useState<number>(24)
  const reading = picked ?? names[0] ?? null
  const state = deviceState(device)
  return (
    <Drawer
      open
      size="min(720px, 100vw)"
      title={device.name === '' ? device.id : device.name}
      onClose={onClose}
    >
      <div className="row wrap">
        <StateShape kind={state.shape} />
        {t(state.word)}
        <span className="muted s13">
          {device.id} · {deviceType(device.type)}
          {device.place !== null && ` · ${device.place.name}`}
        </span>
      </div>
      <Health device={device} parent={parent} now={now} />
      {parents !== null && device.state === 'approved' && (
        <ViaSelect device={device} devices={parents} />
      )}
      <Misunderstood device={device} />
      <ul style={{ margin: '12px 0 20px', display: 'grid', gap: 4 }}>
        {Object.entries(device.lastValues).map(([name, point]) => (
          <li key={name} className="row s13">
            <span style={{ width: 140 }}>{nameOf(name)}</span>
            <b className="grow">
              {valueWords(name, point.value, t('devices.yes'), t('devices.no'))}
            </b>
            <span className="muted">{time.day(point.ts, now)}</span>
          </li>
        ))}
      </ul>
      <div className="row wrap" style={{ marginBottom: 16 }}>
        <h3>{t('devices.history')}</h3>
        <span className="grow" />
        <Select
          aria-label={t('devices.pick-reading')}
          style={{ minWidth: 140 }}
          value={reading}
          options={names.map((name) => ({ value: name, label: nameOf(name) }))}
          onChange={(value: string) => setPicked(value)}
        />
        <Segmented
          value={hours}
          options={spansHours.map((n) => ({
            value: n,
            label: n > 24 ? t('devices.days', { n: n / 24 }) : t('devices.hours', { n }),
          }))}
          onChange={setHours}
        />
      </div>
      {reading === null ? (
        <p className="second">{t('devices.no-history')}</p>
      ) : (
        <History device={device} reading={reading} hours={hours} now={now} />
      )}
    </Drawer>
  )
}

/** How the box judges it, and by what. */
function Health({ device, parent, now }: Pick<DeviceDrawerProps, 'device' | 'parent' | 'now'>) {
  const tools = useText()
  const { t } = tools
  const said = viaSaidWords(device, tools)
  const lines = [
    ['devices.health-down', downWords(device, now, tools)],
    ['devices.health-rhythm', rhythmWords(device, tools).join(t('devices.comma')) || null],
    ['devices.health-battery', batteryWords(device, tools)],
    ['devices.health-clock', clockWords(device, tools)],
    ['devices.health-via', viaWords(device, parent, tools)],
    ['devices.health-via', said],
    ['devices.health-origin', originWords(device).join(' · ') || null],
  ] as const
  const shown = lines.filter(([, words]) => words !== null)
  if (shown.length === 0) return null
  return (
    <ul className="device-health" aria-label={t('devices.health')}>
      {shown.map(([label, words]) => (
        <li key={`${label} ${words}`} className="s13">
          <span className="muted">{t(label)}</span>
          <span>{words}</span>
        </li>
      ))}
    </ul>
  )
}

/** What of it Linli does not understand: said before somebody relies on it. */
function Misunderstood({ device }: { readonly device: DeviceItem }) {
  const { t } = useText()
  const left = (device.origin?.entities ?? []).filter(({ problem }) => problem !== undefined)
  if (left.length === 0) return null
  return (
    <p className="second s13" style={{ marginTop: 8 }}>
      {t('devices.misunderstood', {
        what: left.map(({ name, kind }) => `${name} (${kind})`).join(', '),
      })}
    </p>
  )
}

interface HistoryProps {
  readonly device: DeviceItem
  readonly reading: string
  readonly hours: number
  readonly now: number
}

function History({ device, reading, hours, now }: HistoryProps) {
  const { t, time, reading: nameOf } = useText()
  const yesNo = typeof device.lastValues[reading]?.value === 'boolean'
  const { id, community, intervalMs } = device
  const history = useHistory({ device: id, community, reading, hours, yesNo })
  if (history.isPending) return <Loading rows={4} />
  if (history.data === undefined) return <Failed error={history.error} retry={history.refetch} />
  const fromMs = now - hours * 3_600_000
  const points = history.data.items.flatMap((point) => {
    const value = asNumber(point.value)
    return value === null || point.ts < fromMs ? [] : [{ ts: point.ts, value }]
  })
  if (points.length === 0) return <p className="second">{t('devices.no-history')}</p>
  const values = points.map((point) => point.value)
  const from = time.day(fromMs, now)
  const label = t('devices.chart', {
    reading: nameOf(reading),
    from,
    to: t('time.now'),
    min: figure(values.reduce((a, b) => Math.min(a, b))),
    max: figure(values.reduce((a, b) => Math.max(a, b))),
  })
  return (
    <LineChart
      points={points}
      yesNo={yesNo}
      gapMs={intervalMs === null ? null : gapFactor * Math.max(intervalMs, bucketOf(hours).ms)}
      fromMs={fromMs}
      toMs={now}
      unit={unitOf(reading)}
      label={label}
      from={from}
      to={t('time.now')}
    />
  )
}
