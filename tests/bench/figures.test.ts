import { describe, expect, test } from 'vitest'
import { type CameraStep, isSound, summaryOf } from '../../bench/support/camera-step.ts'
import { figuresOf } from '../../bench/support/entrance-bench.ts'
import { median, quantile, slope, slopeError } from '../../bench/support/figures.ts'
import { publishHead } from '../../bench/support/frame-sender.ts'
import { seeded, unitVector } from '../../bench/support/random.ts'
import { passageFrames, periodFrames, pictureFor } from '../../bench/support/scenes.ts'
import { benchArguments } from '../../bench/support/arguments.ts'
import { soakFigures } from '../../bench/soak.ts'
import mqttPacket from 'mqtt-packet'

describe('figures of the benchmarks', () => {
  test('quantiles by nearest rank, whatever the order', () => {
    const values = [5, 1, 4, 2, 3]
    expect(median(values)).toBe(3)
    expect(quantile(values, 0.95)).toBe(5)
    expect(
      quantile(
        Array.from({ length: 100 }, (_, i) => i + 1),
        0.95,
      ),
    ).toBe(95)
    expect(values).toEqual([5, 1, 4, 2, 3])
  })

  test('a slope by least squares', () => {
    expect(
      slope([
        [0, 1],
        [1, 3],
        [2, 5],
      ]),
    ).toBeCloseTo(2)
    expect(
      slope([
        [0, 7],
        [1, 7],
      ]),
    ).toBe(0)
    expect(slope([[3, 1]])).toBe(0)
  })

  test('the same seed draws the same strangers, each of length 1', () => {
    const draw = (seed: number) => unitVector(128, seeded(seed))
    expect(draw(7)).toEqual(draw(7))
    expect(draw(7)).not.toEqual(draw(8))
    expect(Math.hypot(...draw(7))).toBeCloseTo(1, 5)
  })

  test('a door that stayed shut has no time and is counted; the deciding frame is the second', () => {
    const raw = [{ rawMs: 20, decodeMs: 8, modelsMs: [5, 7] }]
    const line = figuresOf(
      [
        { firstMs: 250, decidingMs: 50, framesSent: 2 },
        { firstMs: 470, decidingMs: 270, framesSent: 3 },
        { firstMs: null, decidingMs: null, framesSent: 8 },
        { firstMs: 240, decidingMs: 40, framesSent: 2 },
      ],
      raw,
      1,
    )
    expect(line).toMatchObject({
      p50Ms: 50,
      p95Ms: 270,
      rawModelsMs: 20,
      ratio: 2.5,
      firstFrameMs: 250,
      openings: 3,
      stayedShut: 1,
      late: 2,
    })
  })

  test('memory is judged after the warm-up, over the hour, by what is kept at rest', () => {
    const samples = Array.from({ length: 600 }, (_, i) => {
      const rest = i % 20 === 19
      const kept = i < 150 ? 100 + 3 * i : 600 + i / 600
      return {
        seconds: i * 6,
        rssMb: rest ? kept : kept + 40 * (i % 7),
        heapMb: 80,
        openFiles: 30 + (i % 3),
        threads: 20,
        children: 0,
        rest,
      }
    })
    const figures = soakFigures(samples)
    expect(figures).toMatchObject({
      memorySlopeMbPerHour: 1,
      memorySlopeErrorMbPerHour: 0,
      heapSlopeMbPerHour: 0,
      openFilesMax: 32,
      childrenMax: 0,
      samples: 450,
    })
    const { restMb } = figures as { restMb: number[] }
    expect(restMb).toHaveLength(30)
    expect(restMb.slice(8, 10)).toEqual([600, 600])
  })

  test('the error of a slope: nothing for a line, what the textbook says for a cloud', () => {
    const line = [0, 1, 2, 3].map((x) => [x, 5 + 2 * x] as const)
    expect(slopeError(line)).toBeCloseTo(0, 12)
    // y = 1, 2, 2, 4 over x = 0..3: slope 0.9, residuals 0.1 0.2 -0.7 0.4, sqrt(0.7 / 2 / 5).
    const cloud = [1, 2, 2, 4].map((y, x) => [x, y] as const)
    expect(slope(cloud)).toBeCloseTo(0.9, 12)
    expect(slopeError(cloud)).toBeCloseTo(Math.sqrt(0.07), 12)
    expect(slopeError(line.slice(0, 2))).toBeNaN()
  })
})

describe('the many cameras of the benchmarks', () => {
  test('somebody is there in a tenth of the frames, and no picture comes twice in a row', () => {
    const scene = {
      still: Array.from({ length: 4 }, (_, i) => Buffer.from(`still ${i}`)),
      moving: Array.from({ length: 6 }, (_, i) => Buffer.from(`moving ${i}`)),
    }
    for (const camera of [0, 1, 17]) {
      const shown = Array.from({ length: 4 * periodFrames }, (_, frame) =>
        String(pictureFor(scene, camera, frame)),
      )
      expect(shown.filter((name) => name.startsWith('moving'))).toHaveLength(4 * passageFrames)
      expect(passageFrames / periodFrames).toBe(0.1)
      for (const [i, name] of shown.entries()) expect(name).not.toBe(shown[i + 1])
    }
  })

  test('its packets are those of MQTT: a parser finds topic and payload', () => {
    const jpeg = Buffer.alloc(140_000, 7)
    const parser = mqttPacket.parser()
    const heard: { topic: string; payload: Buffer; qos: number }[] = []
    parser.on('packet', (packet) => {
      if (packet.cmd === 'publish')
        heard.push({ topic: packet.topic, payload: Buffer.from(packet.payload), qos: packet.qos })
    })
    for (const payload of [jpeg, Buffer.alloc(3)])
      parser.parse(
        Buffer.concat([publishHead('linli/v1/bench/c/frame/1', payload.length), payload]),
      )
    expect(heard.map(({ topic, qos }) => [topic, qos])).toEqual([
      ['linli/v1/bench/c/frame/1', 0],
      ['linli/v1/bench/c/frame/1', 0],
    ])
    expect(heard[0]?.payload.equals(jpeg)).toBe(true)
  })

  test('the answer is the largest number before a drop; what limits is read off the step that failed', () => {
    const step = (cameras: number, some: Partial<CameraStep> = {}): CameraStep => ({
      cameras,
      inPerSecond: cameras,
      analysedPerSecond: cameras,
      lookedPerSecond: cameras / 10,
      droppedDoor: 0,
      droppedOther: 0,
      held: 0,
      cpuCores: 1,
      generatorCores: 0.1,
      elsewhereCores: 0,
      shares: { 'main-thread': 0.1, models: 0.5, glance: 0.2, 'jpeg-threads': 0.2, ffmpeg: 0 },
      limitedBy: 'models',
      rssMb: 500,
      loopDelayP99Ms: 2,
      ...some,
    })
    expect(isSound(step(60, { held: 1 }))).toBe(false)
    expect(isSound(step(60, { inPerSecond: 50 }))).toBe(false)
    const curve = [step(60), step(200), step(240, { droppedOther: 3, limitedBy: 'jpeg-threads' })]
    expect(summaryOf(curve)).toMatchObject({
      cameras: 200,
      droppedOther: 0,
      camerasWithoutDoorDrop: 240,
      limitedBy: 'jpeg-threads',
    })
    expect(summaryOf([step(60, { droppedDoor: 1 })])).toMatchObject({
      cameras: 0,
      camerasWithoutDoorDrop: 0,
    })
  })

  test('arguments: numbers above zero, two sources, nothing unknown', () => {
    expect(benchArguments(['--source', 'rtsp', '--max', '32'])).toMatchObject({
      source: 'rtsp',
      max: 32,
      templates: null,
    })
    expect(() => benchArguments(['--source', 'usb'])).toThrow(/usb/)
    expect(() => benchArguments(['--minutes', '0'])).toThrow(/0/)
    expect(() => benchArguments(['--frames', '3'])).toThrow()
  })
})
