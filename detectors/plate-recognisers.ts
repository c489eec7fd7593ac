/** How one recogniser of plates is fed and read. Both take `[1, 3, 24, 94]`, B, G, R planes. */
export interface RecogniserCard {
  /** Beyond the corners on each side, as a share of width and height. */
  readonly marginX: number
  readonly marginY: number
  /** Input is pixel * scale + shift. */
  readonly scale: number
  readonly shift: number
  readonly charset: readonly string[]
  readonly steps: number
  /** Where the score of a class at a step lies in the output; class `charset.length` is the blank. */
  readonly at: (step: number, klass: number) => number
}

/**
 * license-plate-recognition-barrier-0001 (Open Model Zoo, Intel, Apache-2.0): claimed 88.58 %; measured 24 of
 * the 26 pictures of the media set, both misses in the province. Raw 0..255; output `[88, 1, 71]` (model card).
 */
export const mainCard: RecogniserCard = {
  marginX: 0.04,
  marginY: 0.1,
  scale: 1,
  shift: 0,
  charset: Array.from(
    '0123456789皖京渝闽甘粤桂贵琼冀黑豫港鄂湘蒙苏赣吉辽澳宁青陕鲁沪晋川津藏新云浙警ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  ),
  steps: 88,
  at: (step, klass) => step * 71 + klass,
}

/**
 * LPRNet (sirius-ai/LPRNet_Pytorch, Apache-2.0): claimed 96 % on its author's plates; measured 23 to 25 of 26,
 * very sensitive to the margins. (x - 127.5) / 128; output `[1, 68, 18]`, classes before steps (model card).
 */
export const secondCard: RecogniserCard = {
  marginX: 0.02,
  marginY: 0.05,
  scale: 1 / 128,
  shift: -127.5 / 128,
  charset: Array.from(
    '京沪津渝冀晋蒙辽吉黑苏浙皖闽赣鲁豫鄂湘粤桂琼川贵云藏陕甘青宁新0123456789ABCDEFGHJKLMNPQRSTUVWXYZIO',
  ),
  steps: 18,
  at: (step, klass) => klass * 18 + step,
}
