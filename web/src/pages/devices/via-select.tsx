import { useMutation, useQueryClient } from '@tanstack/react-query'
import Select from 'antd/es/select'
import type { DeviceItem } from '../../../../contracts/http/devices.ts'
import { keys } from '../../data/queries.ts'
import { useClient } from '../../data/use-client.ts'
import { useSay } from '../../data/use-say.ts'
import { useText } from '../../text/use-text.ts'

interface ViaSelectProps {
  readonly device: DeviceItem
  /** All that it could hang on; those of other communities are left out. */
  readonly devices: readonly DeviceItem[]
}

/** On nothing: an empty id is none that a device can have. */
const nothing = ''

/** What a device hangs on, as a person knows it: from then on that holds, whatever the device says. */
export function ViaSelect({ device, devices }: ViaSelectProps) {
  const { t } = useText()
  const change = useChangeVia(device)
  const others = devices.filter(
    ({ community, id, state }) =>
      community === device.community && id !== device.id && state === 'approved',
  )
  return (
    <label className="device-via row wrap s13">
      <span className="muted">{t('devices.via-pick')}</span>
      <Select
        aria-label={t('devices.via-pick')}
        style={{ minWidth: 240 }}
        showSearch={{ optionFilterProp: 'label' }}
        loading={change.isPending}
        disabled={change.isPending}
        value={device.via ?? nothing}
        options={[
          { value: nothing, label: t('devices.via-nothing') },
          ...others.map(({ id, name }) => ({
            value: id,
            label: name === '' ? id : `${name} · ${id}`,
          })),
        ]}
        onChange={(id: string) => change.mutate(id === nothing ? null : id)}
      />
    </label>
  )
}

function useChangeVia({ id, community }: DeviceItem) {
  const client = useClient()
  const cache = useQueryClient()
  const say = useSay()
  const { t } = useText()
  return useMutation({
    mutationFn: (via: string | null) =>
      client.send('PATCH', `/devices/${encodeURIComponent(id)}`, { via }, { community }),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: keys.devices })
      say.done(t('devices.via-changed'))
    },
    onError: say.failed,
  })
}
