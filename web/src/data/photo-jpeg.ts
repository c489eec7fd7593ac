/** As the box keeps it: more would be sent for nothing. */
const longSideMaxPx = 1920
const quality = 0.85

/** The browser cannot show it, so nobody can make a JPEG of it here. */
export class UnreadablePhoto extends Error {}

/**
 * Any picture that the browser can show, upright, as a JPEG of a screen's width. What the telephone wrote
 * into the file, its position above all, does not leave the telephone.
 */
export async function asJpeg(file: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => {
    throw new UnreadablePhoto(file.type)
  })
  try {
    const scale = Math.min(1, longSideMaxPx / Math.max(bitmap.width, bitmap.height))
    const canvas = document.createElement('canvas')
    canvas.width = Math.max(1, Math.round(bitmap.width * scale))
    canvas.height = Math.max(1, Math.round(bitmap.height * scale))
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
    return await new Promise((resolve, reject) =>
      canvas.toBlob(
        (blob) => (blob === null ? reject(new UnreadablePhoto(file.type)) : resolve(blob)),
        'image/jpeg',
        quality,
      ),
    )
  } finally {
    bitmap.close()
  }
}
