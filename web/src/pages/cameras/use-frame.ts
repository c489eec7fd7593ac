import { useEffect, useState } from 'react'
import type { LatestDetections } from '../../../../contracts/private-api.ts'
import { apiUrl } from '../../data/client.ts'
import { useDetections } from '../../data/queries.ts'

export interface ShownFrame {
  readonly src: string
  readonly widthPx: number
  readonly heightPx: number
  readonly detections: LatestDetections['detections']
}

/**
 * The latest frame with the boxes that belong to it: the picture is loaded first and both are swapped
 * together, so that boxes never lie on another picture. Null until the first frame.
 */
export function useFrame(
  camera: string,
  community: string,
  lastFrameAt: number | null,
  onScreen: boolean,
): ShownFrame | null {
  const latest = useDetections(camera, community, onScreen).data
  const [frame, setFrame] = useState<ShownFrame | null>(null)
  const stamp = Math.max(latest?.ts ?? 0, lastFrameAt ?? 0)
  useEffect(() => {
    if (!onScreen || stamp === 0) return
    const src = apiUrl(`/cameras/${encodeURIComponent(camera)}/snapshot.jpg`, {
      community,
      at: stamp,
    })
    const image = new Image()
    const swap = () => {
      const analysed = latest !== undefined && latest.widthPx > 0
      setFrame({
        src,
        widthPx: analysed ? latest.widthPx : image.naturalWidth,
        heightPx: analysed ? latest.heightPx : image.naturalHeight,
        detections: analysed ? latest.detections : [],
      })
    }
    image.addEventListener('load', swap)
    image.src = src
    return () => image.removeEventListener('load', swap)
  }, [camera, community, stamp, onScreen, latest])
  return frame
}
