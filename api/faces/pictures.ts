import { CodedError } from '../../contracts/errors.ts'

const picturesMax = 3
/** 8,000,000 characters of base64 in the private interface. */
const pictureBytesMax = 6_000_000

/**
 * One to three JPEGs out of a body: raw, multipart with any field names, or JSON `{"images": [base64]}`.
 * Base64. What a picture shows is the gateway's to judge; here only its first bytes are looked at.
 */
export async function picturesOf(contentType: string, body: unknown): Promise<string[]> {
  const files = await filesOf(contentType.toLowerCase(), contentType, body)
  if (files.length === 0) {
    throw new CodedError(
      'request.invalid',
      'no picture: image/jpeg, multipart, or {"images": [base64]}',
    )
  }
  if (files.length > picturesMax) {
    throw new CodedError('request.invalid', `${files.length} pictures: at most ${picturesMax}`)
  }
  return files.map((file) => {
    if (file.length > pictureBytesMax) {
      throw new CodedError('request.too-large', `a picture of ${file.length} bytes`)
    }
    if (!isJpeg(file)) throw new CodedError('request.unsupported-type', 'not a JPEG')
    return file.toString('base64')
  })
}

const isJpeg = (bytes: Buffer): boolean =>
  bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff

async function filesOf(kind: string, contentType: string, body: unknown): Promise<Buffer[]> {
  if (!Buffer.isBuffer(body) || body.length === 0) return []
  if (kind.startsWith('multipart/form-data')) {
    const [, boundary] = /boundary="?([^";,\s]+)/i.exec(contentType) ?? []
    if (boundary !== undefined) checkFew(body, [`--${boundary}`])
    return partsOf(contentType, body)
  }
  // Some clients say JSON, and some say nothing, of a body that is JSON.
  if (kind.includes('json') || (!isJpeg(body) && body[0] === 0x7b)) return imagesOf(jsonOf(body))
  return [body]
}

/** Names and values of a form or of a JSON document around three pictures. */
const piecesMax = 200

/**
 * Refuses what falls into many pieces before a parser builds them all: millions of brackets or parts
 * would hold up everybody else for seconds. Base64 has none of the signs that are counted.
 */
function checkFew(body: Buffer, signs: readonly string[]): void {
  for (const sign of signs) {
    let at = -1
    for (let count = 0; (at = body.indexOf(sign, at + 1)) !== -1; count += 1)
      if (count >= piecesMax) throw new CodedError('request.invalid', 'body: too many parts')
  }
}

async function partsOf(contentType: string, body: Buffer): Promise<Buffer[]> {
  let form: FormData
  try {
    const headers = { 'content-type': contentType }
    form = await new Response(new Uint8Array(body), { headers }).formData()
  } catch {
    throw new CodedError('request.invalid', 'body: not the multipart/form-data that it says')
  }
  const files: Buffer[] = []
  for (const value of form.values()) {
    if (typeof value !== 'string') files.push(Buffer.from(await value.arrayBuffer()))
    else if (isLong(value)) files.push(fromBase64(value))
  }
  return files
}

function jsonOf(body: Buffer): unknown {
  checkFew(body, ['[', '{', ','])
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new CodedError('request.invalid', 'body: not JSON')
  }
}

/** As clients call them; where none of these is there, every text that is long enough to be a picture. */
const names = ['images', 'image', 'pictures', 'picture', 'photos', 'photo'] as const

function imagesOf(json: unknown): Buffer[] {
  const given = typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {}
  const named = Array.isArray(json) ? json : names.map((name) => given[name]).find(isGiven)
  const value = named ?? Object.values(given).filter((v) => typeof v === 'string' && isLong(v))
  const list: unknown[] = Array.isArray(value) ? value : [value]
  return list.map((item) => {
    if (typeof item !== 'string') throw new CodedError('request.invalid', 'images: base64 texts')
    return fromBase64(item)
  })
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null
const isLong = (text: string): boolean => text.length > 100

/** With or without the head of a data URL. */
const fromBase64 = (text: string): Buffer =>
  Buffer.from(text.replace(/^data:[^,]{0,100},/, ''), 'base64')
