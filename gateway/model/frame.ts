/** One JPEG of a camera, as it came in over MQTT or out of ffmpeg. */
export interface CameraFrame {
  readonly community: string
  readonly camera: string
  /** The camera's own time, epoch ms; null where it says none. */
  readonly capturedAt: number | null
  readonly receivedAt: number
  readonly jpeg: Buffer
}
