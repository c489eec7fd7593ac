import { readFile } from 'node:fs/promises'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { decodeJpeg, tuneDecoder } from '../../detectors/decode.ts'
import { answerParent, childSettings } from './child.ts'
import { median } from './figures.ts'

/**
 * What one look costs at least, in a process of its own: a full decode of the picture and one
 * `session.run` for each time that a model is asked, one after the other, nothing around them.
 */
export interface RawLookSettings {
  readonly picture: string
  /** In the order in which they are asked; the same file twice is asked twice. */
  readonly runs: readonly {
    readonly file: string
    readonly shape: readonly number[]
  }[]
  readonly threads: number
}

export interface RawLookOrder {
  readonly seconds: number
}

export interface RawLookReport {
  /** Median over all looks, ms. */
  readonly rawMs: number
  readonly decodeMs: number
  /** In the order of `runs`. */
  readonly modelsMs: readonly number[]
}

const settings = childSettings<RawLookSettings>()
tuneDecoder()
const jpeg = await readFile(settings.picture)
const asked: { session: InferenceSession; feeds: Record<string, Tensor> }[] = []
for (const { file, shape } of settings.runs) {
  const session = await InferenceSession.create(file, {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: settings.threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 3,
  })
  const pixels = new Float32Array(shape.reduce((product, side) => product * side, 1))
  // Neither zeros nor one value: an input as uneven as a picture.
  for (let i = 0; i < pixels.length; i += 1) pixels[i] = ((i * 73) % 255) / 255
  asked.push({
    session,
    feeds: { [session.inputNames[0] as string]: new Tensor('float32', pixels, [...shape]) },
  })
}

async function look(): Promise<{ totalMs: number; parts: number[] }> {
  const parts: number[] = []
  const startedAt = performance.now()
  let from = startedAt
  const note = (): void => {
    const now = performance.now()
    parts.push(now - from)
    from = now
  }
  await decodeJpeg(jpeg)
  note()
  for (const { session, feeds } of asked) {
    await session.run(feeds)
    note()
  }
  return { totalMs: from - startedAt, parts }
}

answerParent(async ({ seconds }: RawLookOrder): Promise<RawLookReport> => {
  const until = performance.now() + seconds * 1_000
  const looks: { totalMs: number; parts: number[] }[] = []
  while (performance.now() < until) looks.push(await look())
  const at = (i: number): number => median(looks.map(({ parts }) => parts[i] ?? 0))
  return {
    rawMs: median(looks.map(({ totalMs }) => totalMs)),
    decodeMs: at(0),
    modelsMs: asked.map((_, i) => at(i + 1)),
  }
})
process.send?.('ready')
