import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import sharp from 'sharp'
import { sharedDir } from '../support/needs.ts'

const media = (file: string): string => join(sharedDir, 'media', file)

/** Part of a picture inside an outline, pixels of the picture, as a PNG that is `heightPx` high. */
async function cutOut(file: string, outline: string, heightPx: number): Promise<Buffer> {
  const { width, height } = await sharp(media(file)).metadata()
  const points = outline.split(' ').map((pair) => pair.split(',').map(Number))
  const xs = points.map(([x = 0]) => Math.min(width, Math.max(0, x)))
  const ys = points.map(([, y = 0]) => Math.min(height, Math.max(0, y)))
  const [left, top] = [Math.min(...xs), Math.min(...ys)]
  const masked = await sharp(media(file))
    .ensureAlpha()
    .composite([
      {
        input: svgOf(width, height, `<polygon points="${outline}" fill="#fff"/>`),
        blend: 'dest-in',
      },
    ])
    .png()
    .toBuffer()
  const cut = await sharp(masked)
    .extract({ left, top, width: Math.max(...xs) - left, height: Math.max(...ys) - top })
    .png()
    .toBuffer()
  return sharp(cut).resize({ height: heightPx }).png().toBuffer()
}

const svgOf = (width: number, height: number, body: string): Buffer =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${body}</svg>`,
  )

/** A whole photograph, or a part of it, as a picture that hangs or lies somewhere. */
export const photo = (
  file: string,
  size: { readonly width?: number; readonly height?: number },
): Promise<Buffer> =>
  sharp(media(file))
    .resize({ ...size, fit: 'cover' })
    .png()
    .toBuffer()

/** A white car from the front left. */
export const car = (heightPx: number): Promise<Buffer> =>
  cutOut(
    'plates/green_suED51712.jpg',
    '596,578 615,495 660,435 750,360 840,342 1020,333 1170,345 1275,368 1395,428 1500,495 1650,552 1800,608 1878,660 1888,735 1876,862 1830,918 1695,963 1470,975 1335,948 1298,975 1200,986 1113,933 1088,862 960,806 810,738 728,708 708,735 660,735 622,687 603,630',
    heightPx,
  )

/** A red bus, with a strip of the road before it. */
export const bus = (heightPx: number): Promise<Buffer> =>
  cutOut('vehicles/coco_000000000471.jpg', '118,118 572,118 572,315 118,315', heightPx)

/** A man who faces the camera, from the thighs up. */
export const manWithFace = (heightPx: number): Promise<Buffer> =>
  cutOut(
    'groups/compreface_013_4.jpg',
    '473,130 490,113 530,112 552,130 556,165 548,190 600,215 640,240 662,275 688,315 682,348 650,380 622,420 614,440 612,480 592,533 505,533 495,430 490,350 510,320 505,280 470,235 480,205 478,170',
    heightPx,
  )

/** A racing bicycle whose front wheel a dog's head hides in part. */
export const bicycle = (heightPx: number): Promise<Buffer> =>
  cutOut(
    'vehicles/yolox_dog.jpg',
    '126,300 136,270 170,245 215,235 232,200 160,160 140,178 150,142 180,155 250,155 255,195 395,205 410,165 385,142 450,132 465,140 430,160 425,235 500,240 545,275 566,320 560,375 530,410 480,420 430,410 395,385 330,370 300,345 300,250 270,225 240,230 190,290 140,370 128,340',
    heightPx,
  )

/** A park bench on a promenade, 42 by 31 pixels in the photograph; with the ground around it. */
export const bench = (heightPx: number): Promise<Buffer> =>
  cutOut('people/coco_000000000109.jpg', '440,270 494,270 494,316 440,316', heightPx)

const videoFps = 10
const emptySecond = 2

/**
 * Somebody of the person video, cut out by what differs from the empty room. All five stand with their
 * backs to the camera, so none has a face to find.
 */
export async function fromVideo(second: number, heightPx: number): Promise<Buffer> {
  const [empty, scene] = [emptySecond, second].map(videoFrame) as [Buffer, Buffer]
  const size = { width: 768, height: 432 }
  const [before, now] = await Promise.all(
    [empty, scene].map((png) => sharp(png).removeAlpha().raw().toBuffer()),
  )
  const differs = Buffer.alloc(size.width * size.height)
  for (let at = 0; at < differs.length * 3; at += 1) {
    const x = Math.floor(at / 3) % size.width
    // Where they stand; elsewhere only the light has changed.
    if (x < 360 || x > 590) continue
    const delta = Math.abs((before?.[at] ?? 0) - (now?.[at] ?? 0))
    const pixel = Math.floor(at / 3)
    differs[pixel] = Math.max(differs[pixel] ?? 0, delta)
  }
  const mask = await sharp(differs, { raw: { ...size, channels: 1 } })
    .median(9)
    .threshold(28)
    .extractChannel(0)
    .raw()
    .toBuffer()
  const coloured = Buffer.alloc(mask.length * 4)
  for (let pixel = 0; pixel < mask.length; pixel += 1) {
    now?.copy(coloured, pixel * 4, pixel * 3, pixel * 3 + 3)
    coloured[pixel * 4 + 3] = mask[pixel] ?? 0
  }
  const cut = await sharp(coloured, { raw: { ...size, channels: 4 } })
    .extract(extent(mask, size.width))
    .png()
    .toBuffer()
  return sharp(cut).resize({ height: heightPx }).png().toBuffer()
}

/** The smallest box that holds all that is set. */
function extent(mask: Buffer, width: number) {
  const box = { left: width, top: Number.POSITIVE_INFINITY, right: 0, bottom: 0 }
  for (const [at, set] of mask.entries()) {
    if (set === 0) continue
    const [x, y] = [at % width, Math.floor(at / width)]
    box.left = Math.min(box.left, x)
    box.right = Math.max(box.right, x + 1)
    box.top = Math.min(box.top, y)
    box.bottom = Math.max(box.bottom, y + 1)
  }
  const { left, top } = box
  return { left, top, width: box.right - left, height: box.bottom - top }
}

function videoFrame(second: number): Buffer {
  const file = media('videos/one-by-one-person-detection.mp4')
  const args = ['-v', 'error', '-ss', String(second + 0.5 / videoFps), '-i', file]
  return execFileSync(
    'ffmpeg',
    [...args, '-frames:v', '1', '-f', 'image2pipe', '-c:v', 'png', '-'],
    {
      maxBuffer: 16 * 1024 * 1024,
    },
  )
}
