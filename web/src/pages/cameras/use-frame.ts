import { useEffect, useState } from 'react'
import type { LatestDetections } from '../../../../contracts/private-api.ts'
import type { Client } from '../../data/client.ts'
import { useClient } from '../../data/use-client.ts'
import type { Turns } from './turns.ts'

export interface ShownFrame {
  /** An object URL of the picture; faces are already blurred in it. */
  readonly src: string
  readonly widthPx: number
  readonly heightPx: number
  readonly detections: LatestDetections['detections']
}

export interface FrameAsk {
  readonly camera: string
  readonly community: string
  /** False while the camera never sent a frame: there is nothing to ask for. */
  readonly hasFrames: boolean
  readonly onScreen: boolean
  /** Shared by all tiles: the box blurs few pictures at once. */
  readonly turns: Turns
}

const everyMs = 2_000
const afterFailureMs = 5_000

/**
 * The latest frame with the boxes that belong to it: the picture is loaded first and both are swapped
 * together. One question at a time per camera, and none while the tile is out of sight.
 */
export function useFrame(ask: FrameAsk): ShownFrame | null {
  const client = useClient()
  const [frame, setFrame] = useState<ShownFrame | null>(null)
  const { camera, community, hasFrames, onScreen, turns } = ask
  useEffect(() => {
    if (!hasFrames || !onScreen) return
    const gone = new AbortController()
    void follow(client, { camera, community, turns }, setFrame, gone.signal)
    return () => gone.abort()
  }, [client, camera, community, hasFrames, onScreen, turns])
  useEffect(() => (frame === null ? undefined : () => URL.revokeObjectURL(frame.src)), [frame])
  return frame
}

async function follow(
  client: Client,
  ask: Pick<FrameAsk, 'camera' | 'community' | 'turns'>,
  show: (frame: ShownFrame) => void,
  signal: AbortSignal,
): Promise<void> {
  let shownTs: number | null = null
  while (!signal.aborted) {
    try {
      const path = `/cameras/${encodeURIComponent(ask.camera)}`
      const { community } = ask
      const latest = await client.get<LatestDetections>(`${path}/detections`, { community })
      if (latest.ts !== shownTs) {
        const picture = await ask.turns(() => client.picture(`${path}/snapshot.jpg`, { community }))
        const { width, height } = await createImageBitmap(picture)
        if (signal.aborted) return
        const { detections } = latest
        show({ src: URL.createObjectURL(picture), widthPx: width, heightPx: height, detections })
        shownTs = latest.ts
      }
      await pause(everyMs)
    } catch {
      // The tile keeps its last picture and says how old it is; the state of the camera stands beside it.
      await pause(afterFailureMs)
    }
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
