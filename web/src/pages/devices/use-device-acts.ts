import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { DeviceItem, DeviceWithSecret } from '../../../../contracts/http/devices.ts'
import { keys } from '../../data/queries.ts'
import { useClient } from '../../data/use-client.ts'
import { useSay } from '../../data/use-say.ts'

export type DeviceAct = 'approve' | 'block' | 'credential' | 'remove'

/** Approval, blocking, removal and new credentials; a secret that comes back is kept until it was read. */
export function useDeviceActs() {
  const client = useClient()
  const cache = useQueryClient()
  const say = useSay()
  const [secret, setSecret] = useState<DeviceWithSecret | null>(null)
  const act = useMutation({
    mutationFn: ({ device, what }: { device: DeviceItem; what: DeviceAct }) =>
      client.send<Partial<DeviceWithSecret> | undefined>(
        what === 'remove' ? 'DELETE' : 'POST',
        `/devices/${encodeURIComponent(device.id)}${what === 'remove' ? '' : `/${what}`}`,
        what === 'remove' ? undefined : {},
        { community: device.community },
      ),
    onSuccess: (answer) => {
      void cache.invalidateQueries({ queryKey: keys.devices })
      void cache.invalidateQueries({ queryKey: keys.cameras })
      if (answer?.mqtt !== undefined) setSecret(answer as DeviceWithSecret)
    },
    onError: say.failed,
  })
  return { act, secret, setSecret }
}
