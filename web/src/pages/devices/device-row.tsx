import Button from 'antd/es/button'
import { House } from 'lucide-react'
import type { DeviceItem } from '../../../../contracts/http/devices.ts'
import { type StateKind, StateShape } from '../../look/state-shape.tsx'
import { useText } from '../../text/use-text.ts'
import type { WordKey } from '../../text/words.ts'
import { valueWords } from './readings.ts'
import type { DeviceAct } from './use-device-acts.ts'

interface DeviceRowProps {
  readonly device: DeviceItem
  readonly now: number
  /** The person may approve, block and renew. */
  readonly mayKeep: boolean
  readonly onPick: () => void
  readonly onAct: (what: DeviceAct) => void
}

type DeviceWord = Extract<WordKey, `device.${string}`>

/** State by shape and word; an unheard device is not called offline. */
export function deviceState(device: DeviceItem): { shape: StateKind; word: DeviceWord } {
  if (device.state === 'pending') return { shape: 'waiting', word: 'device.pending' }
  if (device.state === 'blocked') return { shape: 'offline', word: 'device.blocked' }
  if (device.online === true) return { shape: 'ok', word: 'device.online' }
  if (device.lastSeenAt === null) return { shape: 'waiting', word: 'device.unheard' }
  return { shape: 'offline', word: 'device.offline' }
}

const valuesMax = 4

export function DeviceRow({ device, now, mayKeep, onPick, onAct }: DeviceRowProps) {
  const { t, time, reading, deviceType } = useText()
  const state = deviceState(device)
  const values = Object.entries(device.lastValues).slice(0, valuesMax)
  const button = (what: DeviceAct, word: 'devices.approve' | 'devices.block' | 'devices.renew') => (
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
          {device.place !== null && device.place.name !== device.name && ` · ${device.place.name}`}
        </div>
      </div>
      <span className="row s13" style={{ gap: 6 }}>
        <StateShape kind={state.shape} sizePx={16} />
        {t(state.word)}
      </span>
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
        {mayKeep && device.state === 'approved' && button('credential', 'devices.renew')}
        {mayKeep && device.state !== 'blocked' && button('block', 'devices.block')}
      </span>
    </div>
  )
}
