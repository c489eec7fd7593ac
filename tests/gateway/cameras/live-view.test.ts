import { expect, test } from 'vitest'
import type { LatestFrame } from '../../../gateway/cameras/camera.ts'
import { LiveView } from '../../../gateway/cameras/live-view.ts'

/** Only what LiveView reads of a frame. */
const frame = (name: string): LatestFrame =>
  ({
    frame: { jpeg: Buffer.from(name) },
    analysis: { detections: [] },
    objects: [],
    ts: 1,
  }) as unknown as LatestFrame

test('a wall of cameras that is opened for the first time gets every picture, two being made at a time', async () => {
  let making = 0
  let most = 0
  const view = new LiveView(async (jpeg) => {
    making += 1
    most = Math.max(most, making)
    await new Promise((resolve) => setTimeout(resolve, 5))
    making -= 1
    return {
      jpeg: Buffer.from(jpeg),
      widthPx: 1,
      heightPx: 1,
      faces: 0,
      plates: 0,
      platesUnknown: false,
      whole: false,
    }
  }, 2)
  const names = Array.from({ length: 12 }, (_, index) => `cam-${index}`)
  const pictures = await Promise.all(
    names.map((name) => view.show(name, frame(name), { zones: [] }, false)),
  )
  expect(pictures.map(String)).toEqual(names)
  expect(most).toBe(2)
})

test('while others are being made, a camera with an older picture shows that one', async () => {
  let release = (): void => {}
  let block = false
  const view = new LiveView(async (jpeg) => {
    if (block) await new Promise<void>((resolve) => (release = resolve))
    return {
      jpeg: Buffer.from(jpeg),
      widthPx: 1,
      heightPx: 1,
      faces: 0,
      plates: 0,
      platesUnknown: false,
      whole: false,
    }
  }, 1)
  await view.show('a', frame('a1'), { zones: [] }, false)
  block = true
  const slow = view.show('b', frame('b1'), { zones: [] }, false)
  expect(String(await view.show('a', frame('a2'), { zones: [] }, false))).toBe('a1')
  release()
  expect(String(await slow)).toBe('b1')
})
