import { describe, expect, test } from 'vitest'
import { type Background, detectMotion, learnNothing } from '../../detectors/motion.ts'
import { heightPx, painter, settled, widthPx } from './motion-scene.ts'

/** A person far away: 4 x 10 pixels of a glance, with head, coat and legs. */
const person = (x: number, y: number) => ({
  box: [x, y, 4, 10] as const,
  luma: (_x: number, at: number) => (at - y < 2 ? 170 : at - y < 6 ? 40 : 60),
})
const van = {
  box: [50, 40, 45, 30] as const,
  luma: (x: number, y: number) => (y < 50 ? 40 : 210 - ((x + y) % 9) * 4),
}

describe('motion gate', () => {
  test('the first looks count as movement: what stands there must be seen', () => {
    const paint = painter(1)
    const first = detectMotion(paint(), null)
    expect(first.moved).toBe(true)
    const second = detectMotion(paint(), first.memory)
    expect(second.moved).toBe(true)
    expect(detectMotion(paint(), second.memory).moved).toBe(false)
  })

  test.each([0, 0.6, 2, 4])('sensor noise of %d grey levels is no movement', (noise) => {
    const see = settled(painter(7), 30, { noise })
    const fired = Array.from({ length: 150 }, () => see().moved).filter(Boolean)
    expect(fired).toHaveLength(0)
  })

  test('a person of 32 x 80 px in a 720p frame opens it wherever they are, also on a bare wall', () => {
    for (const [x, y] of [
      [10, 15],
      [80, 50],
      [156, 79],
    ] as const) {
      const see = settled(painter(3))
      expect(see({ objects: [person(x, y)] }), `${x},${y}`).toMatchObject({
        moved: true,
        lighting: false,
      })
      expect(see().moved, 'nothing stays behind').toBe(false)
    }
  })

  test('a van on paving is an object, not a shadow', () => {
    const see = settled(painter(4))
    expect(see({ objects: [van] })).toMatchObject({ moved: true, lighting: false })
  })

  test('light that changes at once over the picture is light; what moves in it is still seen', () => {
    for (const light of [
      (luma: number) => luma * 1.35,
      (luma: number) => luma * 0.55,
      (luma: number) => luma + 30,
    ]) {
      const see = settled(painter(5))
      expect(see({ light })).toMatchObject({ moved: false, lighting: true })
      expect(see({ light }).moved).toBe(false)
      expect(see({ light, objects: [person(80, 50)] }).moved).toBe(true)
      expect(see({ light: (luma) => luma }).moved, 'and back').toBe(false)
    }
  })

  test('a person who comes in the very moment of the light change opens the gate', () => {
    const see = settled(painter(6))
    expect(see({ light: (luma) => luma * 1.3, objects: [person(80, 50)] }).moved).toBe(true)
  })

  test('the shadow of a cloud and the cone of a headlight that sweep over paving are light', () => {
    const see = settled(painter(8))
    for (let step = 0; step < 12; step += 1) {
      const shadow = (luma: number, x: number, y: number) =>
        y >= 30 && x > step * 10 && x < step * 10 + 40 ? luma * 0.55 : luma
      expect(see({ light: shadow }), `shadow ${step}`).toMatchObject({ moved: false })
    }
    const again = settled(painter(9))
    for (let step = 0; step < 12; step += 1) {
      const cone = (luma: number, x: number, y: number) => {
        const reach = Math.hypot(x - step * 12, (y - 60) * 1.5) / 30
        return y >= 30 && reach < 1 ? luma * (1 + 0.9 * (1 - reach * reach)) : luma
      }
      expect(again({ light: cone }).moved, `headlight ${step}`).toBe(false)
    }
  })

  test('dusk, a little darker in every frame, opens nothing', () => {
    const see = settled(painter(10))
    for (let i = 0; i < 200; i += 1)
      expect(see({ light: (luma) => luma * (1 - i / 400) }).moved).toBe(false)
  })

  test('what moves under a mask is not seen, and does not count in the share', () => {
    const masked = new Uint8Array(widthPx * heightPx)
    for (let y = 45; y < heightPx; y += 1) masked.fill(1, y * widthPx, (y + 1) * widthPx)
    const see = settled(painter(11))
    expect(see({ objects: [person(80, 60)] }, masked)).toMatchObject({ moved: false, share: 0 })
    const [open, half] = [null, masked].map((mask) => {
      const look = settled(painter(12))
      return look({ objects: [person(80, 32)] }, mask).share
    })
    expect(half).toBeCloseTo(2 * (open ?? 0), 2)
  })

  test('what parks becomes background in some minutes; its leaving opens the gate again', () => {
    const see = settled(painter(13))
    let looks = 0
    while (see({ objects: [van] }).moved && looks < 400) looks += 1
    expect(looks).toBeGreaterThan(20)
    expect(looks).toBeLessThan(200)
    expect(see().moved).toBe(true)
  })

  test('restless leaves quieten down, and a person elsewhere still opens the gate', () => {
    const see = settled(painter(14))
    const leaves = (frame: number) => ({
      box: [20, 5, 12, 8] as const,
      luma: (x: number, y: number) => 150 + (((x * 7 + y * 3 + frame * 5) % 5) - 2) * 8,
    })
    for (let i = 0; i < 60; i += 1) see({ objects: [leaves(i)] })
    const late = Array.from({ length: 40 }, (_, i) => see({ objects: [leaves(i)] }).moved)
    expect(late.filter(Boolean).length).toBeLessThan(8)
    expect(see({ objects: [leaves(3), person(80, 50)] }).moved).toBe(true)
  })

  test('what models found nothing in is background after a few looks, however much of it there is', () => {
    const paint = painter(16)
    let memory: Background | null = null
    const see = () => {
      const image = paint({ objects: memory === null ? [] : [van] })
      const seen = detectMotion(image, memory)
      memory = seen.memory
      if (seen.moved) learnNothing(image, seen.memory)
      return seen.moved
    }
    const looks = Array.from({ length: 25 }, see).filter(Boolean).length
    expect(looks).toBeGreaterThan(3)
    expect(looks).toBeLessThan(15)
    expect(see()).toBe(false)
  })

  test('another resolution starts anew; the memory is changed in place, never copied', () => {
    const paint = painter(15)
    const { memory } = detectMotion(paint(), null)
    const { memory: next } = detectMotion(paint(), memory)
    expect(next.mean).toBe(memory.mean)
    expect(next.frames).toBe(2)
    const small = { data: new Uint8Array(80 * 45), widthPx: 80, heightPx: 45 }
    expect(detectMotion(small, next)).toMatchObject({ moved: true, memory: { frames: 1 } })
  })
})
