import type { CameraFrame } from '../model/frame.ts'

export interface ClipFrame {
  readonly jpeg: Buffer
  /** Event time, epoch ms. */
  readonly ts: number
  readonly receivedAt: number
}

export interface ClipBufferOptions {
  /** How long frames are kept for a clip that may come, ms; 0 keeps none. */
  readonly keepMs: number
  /** Bytes of all frames held, those of clips in the making with them. */
  readonly bytesMax?: number
}

export interface ClipBufferStats {
  readonly cameras: number
  readonly frames: number
  readonly bytes: number
  /** Frames let go before their time, because the room was needed. */
  readonly squeezed: number
}

/** Frames of one camera from before the call, and those that come until `stop`. */
export interface Collection {
  stop(): readonly ClipFrame[]
}

interface Ring {
  readonly frames: ClipFrame[]
  bytes: number
  readonly collections: Set<OpenCollection>
}

interface OpenCollection {
  readonly frames: ClipFrame[]
  /** Bytes of frames that it alone holds: they left the ring, or never were in it. */
  bytes: number
  readonly until: number
}

/**
 * The last seconds of every camera, as references to frames that came in anyway. Bounded in bytes over
 * all cameras: when the room is full, the camera that holds most gives its oldest.
 */
export class ClipBuffer {
  readonly #keepMs: number
  readonly #bytesMax: number
  readonly #rings = new Map<string, Ring>()
  #bytes = 0
  #frames = 0
  #squeezed = 0

  constructor({ keepMs, bytesMax = 192 * 1024 * 1024 }: ClipBufferOptions) {
    this.#keepMs = keepMs
    this.#bytesMax = bytesMax
  }

  /** `ts`: event time of the frame, epoch ms. The shape is ClipSink of hub-types.ts. */
  push(community: string, camera: string, frame: CameraFrame, ts: number): void {
    const { jpeg, receivedAt } = frame
    const ring = this.#ring(`${community}/${camera}`)
    const kept: ClipFrame = { jpeg, ts, receivedAt }
    for (const collection of ring.collections)
      if (receivedAt <= collection.until) this.#collect(collection, kept)
    if (this.#keepMs > 0) {
      ring.frames.push(kept)
      ring.bytes += jpeg.length
      this.#bytes += jpeg.length
      this.#frames += 1
    }
    this.#expire(ring, receivedAt)
    this.#squeeze()
  }

  /** Frames received from `from` to `until`, epoch ms; the second may lie ahead. */
  collect(community: string, camera: string, from: number, until: number): Collection {
    const key = `${community}/${camera}`
    const ring = this.#ring(key)
    const collection: OpenCollection = { frames: [], bytes: 0, until }
    for (const frame of ring.frames)
      if (frame.receivedAt >= from && frame.receivedAt <= until) this.#collect(collection, frame)
    ring.collections.add(collection)
    return {
      stop: () => {
        if (ring.collections.delete(collection)) this.#bytes -= collection.bytes
        return collection.frames
      },
    }
  }

  /** Lets go of what is too old at `now`: a camera that fell silent must not keep its last seconds. */
  sweep(now: number): void {
    for (const [key, ring] of this.#rings) {
      this.#expire(ring, now)
      if (ring.frames.length === 0 && ring.collections.size === 0) this.#rings.delete(key)
    }
  }

  stats(): ClipBufferStats {
    const { size: cameras } = this.#rings
    return { cameras, frames: this.#frames, bytes: this.#bytes, squeezed: this.#squeezed }
  }

  #ring(key: string): Ring {
    const known = this.#rings.get(key)
    if (known !== undefined) return known
    const ring: Ring = { frames: [], bytes: 0, collections: new Set() }
    this.#rings.set(key, ring)
    return ring
  }

  /** Counted as if it were held twice while it is in the ring too: the bound errs to the safe side. */
  #collect(collection: OpenCollection, frame: ClipFrame): void {
    if (this.#bytes + frame.jpeg.length > this.#bytesMax && !this.#squeeze(frame.jpeg.length)) {
      this.#squeezed += 1
      return
    }
    collection.frames.push(frame)
    collection.bytes += frame.jpeg.length
    this.#bytes += frame.jpeg.length
  }

  #expire(ring: Ring, now: number): void {
    for (;;) {
      const [oldest] = ring.frames
      if (oldest === undefined || now - oldest.receivedAt <= this.#keepMs) return
      this.#dropOldest(ring)
    }
  }

  #dropOldest(ring: Ring): void {
    const gone = ring.frames.shift()
    if (gone === undefined) return
    ring.bytes -= gone.jpeg.length
    this.#bytes -= gone.jpeg.length
    this.#frames -= 1
  }

  /** True when there is room for `extra` bytes. */
  #squeeze(extra = 0): boolean {
    while (this.#bytes + extra > this.#bytesMax) {
      let largest: Ring | null = null
      for (const ring of this.#rings.values())
        if (ring.frames.length > 0 && ring.bytes > (largest?.bytes ?? 0)) largest = ring
      if (largest === null) return false
      this.#dropOldest(largest)
      this.#squeezed += 1
    }
    return true
  }
}
