import { describe, expect, test } from 'vitest'
import { type Symptoms, problemsOf } from '../../../gateway/wiring/problems.ts'

type Model = Symptoms['models'][number]

const loaded: Model = { name: 'faces.onnx', state: 'loaded', sha256: 'a'.repeat(64) }

const codesOf = (model: Model, more: Partial<Symptoms> = {}) =>
  problemsOf({
    models: [model],
    detectorCrashedLately: false,
    broker: {
      kind: 'embedded',
      connected: true,
      clients: 0,
      messagesIn: 0,
      framesIn: 0,
      problems: [],
      refusedTopics: [],
      dropped: {},
    },
    sources: [],
    clips: null,
    sender: null,
    unusableFaces: 0,
    seriesError: null,
    poisoned: 0,
    rules: [],
    commitsRefused: null,
    ...more,
  }).map(({ code, what }) => `${code} ${what.en}`)

describe('what is wrong with weights', () => {
  test('a tampered file is named even where the right one lay in the next place: nothing is skipped in silence', () => {
    expect(codesOf(loaded)).toEqual([])
    const problems = codesOf({ ...loaded, refusedFiles: ['/usb/faces.onnx'] })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(/^model\.refused .*\/usb\/faces\.onnx/)
  })

  test('weights that hash well and cannot be opened are refused by name; missing ones are missing', () => {
    expect(codesOf({ ...loaded, state: 'refused' })[0]).toMatch(/^model\.refused .*faces\.onnx/)
    expect(codesOf({ ...loaded, state: 'missing', sha256: null })[0]).toMatch(/^model\.missing/)
  })
})

test('clips that cannot be made are a problem with the command that mends it, though no camera needs ffmpeg', () => {
  expect(codesOf(loaded, { clips: 'ffmpeg.missing' })).toEqual([
    expect.stringMatching(/^ffmpeg\.missing .*clips/),
  ])
})
