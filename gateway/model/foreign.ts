/** `node_id` under which Linli announces its own devices to Home Assistant. */
export const ownNode = 'linli'

/** A message that an adapter asks for; published by the main thread once the batch is on disk. */
export interface ForeignPublish {
  readonly topic: string
  readonly payload: string
  readonly retain: boolean
  readonly qos: 0 | 1
}

/** A foreign topic that carries pictures: they go to the camera hub and never into the log. */
export interface PictureTopic {
  readonly topic: string
  readonly community: string
  /** Device id of the camera. */
  readonly camera: string
  readonly encoding: 'bytes' | 'base64'
}

/** What the adapters want of a broker at present. */
export interface ForeignWants {
  /** Topic filters; an embedded broker sees everything anyway. */
  readonly filters: readonly string[]
  readonly pictures: readonly PictureTopic[]
  /** Said once after each (re)connection, when the subscriptions stand. */
  readonly greetings: readonly ForeignPublish[]
}

export const wantsNothing: ForeignWants = { filters: [], pictures: [], greetings: [] }
