import { expect, test } from 'vitest'
import type { RosterCredential } from '../../../contracts/roster.ts'
import { createForeignWatch } from '../../../gateway/wiring/foreign.ts'
import { barrierDevice, community, stand } from '../access/barrier-stand.ts'
import { silent } from '../vision/support.ts'

test('an ONVIF report of a barrier goes to the barriers, that of any other device to the doors', async () => {
  const door = { ...barrierDevice({}, 'door-1'), barrier: null }
  const { roster } = stand([barrierDevice(), door])
  const credential = { username: 'bridge', community } as RosterCredential
  roster.replace({ ...roster.snapshot(), version: 2, credentials: [credential] })
  const heard: string[] = []
  const hear = (who: string) => ({
    reported: async (_community: string, id: string) => void heard.push(`${who} ${id}`),
  })
  const watch = createForeignWatch({
    community,
    roster,
    actuator: { relayState() {} },
    doors: hear('doors'),
    barriers: hear('barriers'),
    logger: silent,
  })
  for (const [device, client] of [
    ['arm-1', 'bridge'],
    ['door-1', 'bridge'],
    ['nobody', 'bridge'],
    // An external broker does not say by which credential it came.
    ['door-1', 'broker'],
  ] as const)
    watch({
      kind: 'publish',
      receivedAt: 0,
      topic: `onvif/${device}/onvif-ej/AccessControl/AccessGranted/Credential`,
      client,
      retain: false,
      payload: Buffer.from('{"Data":{"CredentialToken":"res_1"}}'),
    })
  expect(heard).toEqual(['barriers arm-1', 'doors door-1', 'doors door-1'])
})
