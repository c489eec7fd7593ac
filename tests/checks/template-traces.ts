/** Numbers next to each other that must agree before it is no accident. */
const run = 4
const listMax = 64

const bytesOf = (numbers: ArrayLike<number>, kind: 'f32' | 'f32be' | 'f64'): Buffer => {
  const size = kind === 'f64' ? 8 : 4
  const out = Buffer.alloc(numbers.length * size)
  for (let i = 0; i < numbers.length; i += 1) {
    const value = numbers[i] ?? 0
    if (kind === 'f64') out.writeDoubleLE(value, i * size)
    else if (kind === 'f32') out.writeFloatLE(value, i * size)
    else out.writeFloatBE(value, i * size)
  }
  return out
}

/** Base64 of `bytes` wherever it begins within the encoded text: its middle, at all three alignments. */
const base64s = (bytes: Buffer): string[] =>
  [0, 1, 2].map((skip) => bytes.subarray(skip, skip + 15).toString('base64'))

/** In which form a part of a template stands in these bytes; null where none does. */
export function findsTemplate(body: Buffer, template: Float32Array): string | null {
  const text = body.toString('latin1')
  for (const from of [0, 40, 100]) {
    const part = template.subarray(from, from + run * 2)
    for (const kind of ['f32', 'f32be', 'f64'] as const) {
      const bytes = bytesOf(part, kind)
      if (body.includes(bytes.subarray(0, 16))) return `${kind} bytes`
      if (text.toLowerCase().includes(bytes.subarray(0, 12).toString('hex'))) return `${kind} hex`
      const [url, plain] = [base64s(bytes), text.replaceAll('-', '+').replaceAll('_', '/')]
      if (url.some((each) => plain.includes(each))) return `${kind} base64`
    }
  }
  // Of 128 numbers with five digits one may stand there by accident, a run of them does not.
  const told = [...template].filter((value) =>
    text.includes(Math.abs(value).toFixed(7).slice(0, 7)),
  )
  return told.length >= run * 2 ? 'text' : null
}

/** Paths of everything in a JSON value that has as many numbers as a template may have. */
export function listsIn(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return []
  const inside = Object.entries(value)
  const numbers = inside.filter(([, each]) => typeof each === 'number').length
  return [
    ...(numbers >= listMax ? [path] : []),
    ...inside.flatMap(([key, each]) => listsIn(each, `${path}/${key}`)),
  ]
}
