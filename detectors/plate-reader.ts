import { type InferenceSession, Tensor } from 'onnxruntime-node'
import {
  type PlateColour,
  plateColours,
  type PlateRead,
  type PlateSeen,
} from '../contracts/detections.ts'
import type { DecodedImage, RgbImage } from './image.ts'
import { type CtcOutput, greedyText, toCtc } from './plate-ctc.ts'
import type { PlateBox } from './plate-detector.ts'
import { rectifyPlate } from './plate-rectify.ts'
import { joinRows } from './plate-rows.ts'
import { type RecogniserCard, mainCard, secondCard } from './plate-recognisers.ts'
import { combineReads } from './plate-vote.ts'
import { createSerial } from './serial.ts'
import { type Disposable, openSession } from './session.ts'

export interface PlateWeights {
  /** license-plate-recognition-barrier-0001. */
  readonly main: Uint8Array
  /** LPRNet; null: the main one decides alone. */
  readonly second: Uint8Array | null
  /** HyperLPR3's colour classifier; null: the colour is not known and does not bind the text. */
  readonly colour: Uint8Array | null
  /** File names of the weights, for `PlateRead.by`. */
  readonly names: { readonly main: string; readonly second: string }
}

/** What the reader makes of one rectified plate. */
export type PlateText = Pick<PlateSeen, 'text' | 'confidence' | 'reads' | 'colour'>

export interface PlateReader extends Disposable {
  /** `box` as the plate detector reports it. */
  read(image: DecodedImage, box: PlateBox): Promise<PlateSeen>
  /** A picture that shows nothing but one plate, upright; as a plate crop of a data set. */
  readCrop(crop: RgbImage): Promise<PlateText>
}

interface Recogniser {
  readonly card: RecogniserCard
  readonly by: string
  readonly session: InferenceSession
  readonly pixels: Float32Array
}

const widthPx = 94
const heightPx = 24
const colourPx = 96
/** Below it the colour is not said and does not bind the text; straightened plates of the media set score above 0.99. */
const colourMin = 0.95
const squareOptions = {
  widthPx: colourPx,
  heightPx: colourPx,
  marginX: 0,
  marginY: 0,
  samplesMax: 1,
} as const
const nothing: PlateText = { text: null, confidence: 0, reads: [], colour: null }

/**
 * Text and colour of a plate: two recognisers on the rectified plate (each with the margins of its model
 * card), one colour classifier, one vote. About 1.4 ms per recogniser and 0.6 ms for the colour on one core.
 *
 * Two-layer plates are read as one row made of two; the recognisers never saw such plates and no labelled
 * ones were at hand, so their `text` stays null and the reads are kept for a person to look at.
 */
export async function createPlateReader(weights: PlateWeights): Promise<PlateReader> {
  const recognisers = await openRecognisers(weights)
  const colour = weights.colour === null ? null : await openSession(weights.colour)
  const inTurn = createSerial()
  const readAll = async (
    cropFor: (card: RecogniserCard) => RgbImage | null,
    square: RgbImage | null,
  ) => {
    const reads: PlateRead[] = []
    const outputs: CtcOutput[] = []
    for (const recogniser of recognisers) {
      const crop = cropFor(recogniser.card)
      if (crop === null) return nothing
      const output = await recognise(recogniser, crop)
      const { text, characters, confidence } = greedyText(output)
      outputs.push(output)
      reads.push({
        by: recogniser.by,
        text: text.slice(0, 16),
        confidence,
        characters: characters.slice(0, 16),
      })
    }
    const seen = colour === null || square === null ? null : await classify(colour, square)
    const sure = seen !== null && seen.score >= colourMin ? seen.colour : null
    return { ...combineReads(outputs, sure), reads, colour: sure }
  }
  return {
    read: (image, box) =>
      inTurn(async () => {
        const square = rectifyPlate(image, box.cornersPx, squareOptions)
        const read = await readAll((card) => cut(image, box, card), square)
        const { score, boxPx, cornersPx, layers } = box
        const text = layers === 2 ? null : read.text
        const confidence = text === null ? 0 : read.confidence
        return { score, boxPx, cornersPx, layers, ...read, text, confidence }
      }),
    readCrop: (crop) =>
      inTurn(() => {
        const image = { ...crop, originalWidthPx: crop.widthPx, originalHeightPx: crop.heightPx }
        const { widthPx: w, heightPx: h } = crop
        const all = [0, 0, w, 0, w, h, 0, h].map((at) => at - 0.5)
        const fit = (width: number, height: number) =>
          rectifyPlate(image, all, { widthPx: width, heightPx: height, marginX: 0, marginY: 0 })
        return readAll(() => fit(widthPx, heightPx), fit(colourPx, colourPx))
      }),
    dispose: async () => {
      for (const { session } of recognisers) await session.release()
      await colour?.release()
    },
  }
}

async function openRecognisers({ main, second, names }: PlateWeights): Promise<Recogniser[]> {
  const first = await openRecogniser(main, mainCard, names.main)
  return second === null ? [first] : [first, await openRecogniser(second, secondCard, names.second)]
}

const openRecogniser = async (
  model: Uint8Array,
  card: RecogniserCard,
  by: string,
): Promise<Recogniser> => ({
  card,
  by,
  session: await openSession(model),
  pixels: new Float32Array(3 * widthPx * heightPx),
})

function cut(image: DecodedImage, box: PlateBox, card: RecogniserCard): RgbImage | null {
  const options = { widthPx, heightPx, marginX: card.marginX, marginY: card.marginY }
  return box.layers === 1
    ? rectifyPlate(image, box.cornersPx, options)
    : joinRows(image, box.cornersPx, options)
}

async function recognise(
  { card, session, pixels }: Recogniser,
  crop: RgbImage,
): Promise<CtcOutput> {
  packBgr(crop, card.scale, card.shift, pixels)
  const input = new Tensor('float32', pixels, [1, 3, heightPx, widthPx])
  const answer = await session.run({ [session.inputNames[0] as string]: input })
  const scores = (answer[session.outputNames[0] as string] as Tensor).data as Float32Array
  return toCtc(scores, card.charset, card.steps, card.at)
}

/** HyperLPR3's classifier (litemodel_cls_96x): BGR, x / 255, 96 x 96; 0 blue, 1 green, 2 yellow; white and black come out as blue. */
async function classify(
  session: InferenceSession,
  square: RgbImage,
): Promise<{ readonly colour: PlateColour; readonly score: number }> {
  const pixels = new Float32Array(3 * colourPx * colourPx)
  packBgr(square, 1 / 255, 0, pixels)
  const input = new Tensor('float32', pixels, [1, 3, colourPx, colourPx])
  const answer = await session.run({ [session.inputNames[0] as string]: input })
  const scores = [...((answer[session.outputNames[0] as string] as Tensor).data as Float32Array)]
  const best = scores.indexOf(Math.max(...scores))
  return { colour: plateColours[best] ?? 'blue', score: scores[best] ?? 0 }
}

/** Planes B, G, R of value * scale + shift. */
function packBgr({ data }: RgbImage, scale: number, shift: number, pixels: Float32Array): void {
  const plane = pixels.length / 3
  for (let i = 0; i < plane; i += 1) {
    for (let c = 0; c < 3; c += 1)
      pixels[c * plane + i] = (data[i * 3 + 2 - c] as number) * scale + shift
  }
}
