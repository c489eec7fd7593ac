import './devices.css'
import AntApp from 'antd/es/app'
import Button from 'antd/es/button'
import { Plus } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import type { DeviceItem } from '../../../../contracts/http/devices.ts'
import { useDevices, useMay } from '../../data/queries.ts'
import { useNow } from '../../data/use-now.ts'
import { Empty, Failed, Loading } from '../../shell/notices.tsx'
import { useTitle } from '../../shell/use-title.ts'
import { useText } from '../../text/use-text.ts'
import { DeviceRow } from './device-row.tsx'
import { deviceState } from './device-state.ts'
import { type DeviceAct, useDeviceActs } from './use-device-acts.ts'

const CreateDevice = lazy(() => import('./create-device.tsx'))
const SecretDialog = lazy(() => import('./secret-dialog.tsx'))
const DeviceDrawer = lazy(() => import('./device-drawer.tsx'))

const groups = ['pending', 'approved', 'blocked'] as const
const keyOf = (device: DeviceItem) => `${device.community}/${device.id}`

/** Pending ones first: what to do next. */
export default function DevicesPage() {
  const { t } = useText()
  const now = useNow(5_000)
  const devices = useDevices()
  const { modal } = AntApp.useApp()
  const mayKeep = useMay('keep-devices')
  const { act, secret, setSecret } = useDeviceActs()
  const [picked, setPicked] = useState<string | null>(null)
  const [creating, setCreating] = useState(false)
  useTitle(t('nav.devices'))
  if (devices.isPending) return <Loading rows={10} />
  if (devices.data === undefined) return <Failed error={devices.error} retry={devices.refetch} />
  const { items } = devices.data
  const byKey = new Map(items.map((one) => [keyOf(one), one]))
  const device = byKey.get(picked ?? '')
  const parentOf = ({ community, via }: DeviceItem) => byKey.get(`${community}/${via}`) ?? null
  const start = (one: DeviceItem, what: DeviceAct) => {
    if (what !== 'block' && what !== 'remove') return act.mutate({ device: one, what })
    const name = one.name === '' ? one.id : one.name
    const remove = what === 'remove'
    modal.confirm({
      title: t(remove ? 'devices.remove-ask' : 'devices.block-ask', { name }),
      content: t(remove ? 'devices.remove-text' : 'devices.block-text'),
      okText: t(remove ? 'devices.remove' : 'devices.block'),
      cancelText: t('cancel'),
      onOk: () => act.mutateAsync({ device: one, what }).catch(() => undefined),
    })
  }
  return (
    <>
      <div className="page-head">
        <h1>{t('nav.devices')}</h1>
        <span className="second">
          {t('devices.summary', {
            n: items.length,
            online: items.filter((one) => deviceState(one).word === 'device.online').length,
          })}
        </span>
        <span className="grow" />
        {mayKeep && (
          <Button icon={<Plus size={16} strokeWidth={1.7} />} onClick={() => setCreating(true)}>
            {t('devices.create')}
          </Button>
        )}
      </div>
      {items.length === 0 && <Empty title={t('devices.empty')} text={t('devices.empty-text')} />}
      {items.length > 0 && <Heading />}
      {groups.map((state) => (
        <DeviceGroup
          key={state}
          state={state}
          devices={items.filter((one) => one.state === state)}
          parentOf={parentOf}
          now={now}
          mayKeep={mayKeep}
          onPick={(one) => setPicked(keyOf(one))}
          onAct={start}
        />
      ))}
      <Suspense fallback={null}>
        {device !== undefined && (
          <DeviceDrawer
            device={device}
            parent={parentOf(device)}
            parents={mayKeep ? items : null}
            now={now}
            onClose={() => setPicked(null)}
          />
        )}
        {creating && (
          <CreateDevice
            onClose={() => setCreating(false)}
            onCreated={(answer) => {
              setCreating(false)
              setSecret(answer)
            }}
          />
        )}
        {secret !== null && <SecretDialog secret={secret} onClose={() => setSecret(null)} />}
      </Suspense>
    </>
  )
}

function Heading() {
  const { t } = useText()
  return (
    <div className="device-row head">
      <span>{t('devices.column-name')}</span>
      <span>{t('devices.column-state')}</span>
      <span className="health">{t('devices.column-rhythm')}</span>
      <span className="values">{t('devices.column-values')}</span>
      <span className="heard">{t('devices.column-seen')}</span>
      <span className="acts" />
    </div>
  )
}

interface DeviceGroupProps {
  readonly state: (typeof groups)[number]
  readonly devices: readonly DeviceItem[]
  readonly parentOf: (device: DeviceItem) => DeviceItem | null
  readonly now: number
  readonly mayKeep: boolean
  readonly onPick: (device: DeviceItem) => void
  readonly onAct: (device: DeviceItem, what: DeviceAct) => void
}

function DeviceGroup({ state, devices, parentOf, now, mayKeep, onPick, onAct }: DeviceGroupProps) {
  const { t } = useText()
  if (devices.length === 0) return null
  return (
    <section>
      <div className="device-group">
        <b>{t(`devices.group-${state}`)}</b>
        <span className="muted">{devices.length}</span>
        <span className="grow" />
        <span className="muted">{state === 'pending' && t('devices.pending-hint')}</span>
      </div>
      {devices.map((device) => (
        <DeviceRow
          key={keyOf(device)}
          device={device}
          parent={parentOf(device)}
          now={now}
          mayKeep={mayKeep}
          onPick={() => onPick(device)}
          onAct={(what) => onAct(device, what)}
        />
      ))}
    </section>
  )
}
