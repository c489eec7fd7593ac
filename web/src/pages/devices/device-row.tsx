import Button from 'antd/es/button'
import { House } from 'lucide-react'
import type { DeviceItem } from '../../../../contracts/http/devices.ts'
import { StateShape } from '../../look/state-shape.tsx'
import { useText } from '../../text/use-text.ts'
import type { WordKey } from '../../text/words.ts'
import { deviceState } from './device-state.ts'
import { batteryWords, clockWords, rhythmWords, viaWords } from './health-words.ts'
import { valueWords } from './readings.ts'
import type { DeviceAct } from './use-device-acts.ts'

interface DeviceRowProps {
  readonly device: DeviceItem
  /** What it hangs on, where that is on the list. */
  readonly parent: DeviceItem | null
  readonly now: number
  /** The person may approve, block and renew. */
  readonly mayKeep: boolean
  readonly onPick: () => void
  readonly onAct: (what: DeviceAct) => void
}

type ActWord = Extract<WordKey, `devices.${'approve' | 'block' | 'renew' | 'remove'}`>

const valuesMax = 4

/** Who brought it in, and what it is. */
export function originWords({ origin }: DeviceItem): string[] {
  const { adapter = null, manufacturer = null, model = null } = origin ?? {}
  const made = [manufacturer, model].filter((word) => word !== null).join(' ')
  return [...(made === '' ? [] : [made]), ...(adapter === null ? [] : [adapter])]
}

export function DeviceRow({ device, parent, now, mayKeep, onPick, onAct }: DeviceRowProps) {
  const tools = useText()
  const { t, time, reading, deviceType } = tools
  const state = deviceState(device)
  const gone = device.origin?.gone != null
  // Who speaks through a bridge has no credential of its own.
  const renewable = device.state === 'approved' && device.origin?.adapter == null
  const values = Object.entries(device.lastValues).slice(0, valuesMax)
  const notes = [
    viaWords(device, parent, tools),
    batteryWords(device, tools),
    clockWords(device, tools),
  ].filter((words) => words !== null)
  const button = (what: DeviceAct, word: ActWord) => (
    <Button
      size="small"
      type={what === 'approve' && device.state === 'pending' ? 'primary' : 'default'}
      data-action={what}
      onClick={(event) => {
        event.stopPropagation()
        onAct(what)
      }}
    >
      {t(word)}
    </Button>
  )
  return (
    <div className="device-row" data-device={device.id} onClick={onPick}>
      <div style={{ minWidth: 0 }}>
        <div className="row" style={{ gap: 6 }}>
          <button type="button" className="plain clip">
            <b>{device.name === '' ? device.id : device.name}</b>
          </button>
          {device.household !== null && (
            <House
              size={14}
              strokeWidth={1.7}
              color="var(--ink-3)"
              aria-label={t('devices.home')}
            />
          )}
        </div>
        <div className="muted s12 clip">
          {device.id} · {deviceType(device.type)}
          {originWords(device).map((word) => ` · ${word}`)}
          {device.place !== null && device.place.name !== device.name && ` · ${device.place.name}`}
        </div>
      </div>
      <span className="row s13" style={{ gap: 6 }}>
        <StateShape kind={state.shape} sizePx={16} />
        {t(state.word)}
      </span>
      <div className="health s12">
        <div className="second clip">{rhythmWords(device, tools).join(t('devices.comma'))}</div>
        <div className="muted clip">{notes.join(' · ')}</div>
      </div>
      <span className="values s13 second clip">
        {values
          .map(([name, point]) => {
            const said = valueWords(name, point.value, t('devices.yes'), t('devices.no'))
            return `${reading(name)} ${said}`
          })
          .join(' · ')}
      </span>
      <span className="heard s13 muted">
        {device.lastSeenAt !== null && t('care.ago', { span: time.span(now - device.lastSeenAt) })}
      </span>
      <span className="row acts">
        {mayKeep && device.state !== 'approved' && button('approve', 'devices.approve')}
        {mayKeep && renewable && button('credential', 'devices.renew')}
        {mayKeep && device.state !== 'blocked' && !gone && button('block', 'devices.block')}
        {mayKeep && (gone || device.state === 'blocked') && button('remove', 'devices.remove')}
      </span>
    </div>
  )
}
