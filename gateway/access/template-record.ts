import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { EnrolRequest } from '../../contracts/private-api.ts'
import { embeddingLength, isEmbedding } from './face-vector.ts'

/** The face of one person as the gateway keeps it: numbers from which no picture is shown. */
export interface FaceTemplate {
  readonly id: string
  readonly community: string
  /** Resident, or entry of the watch-list. */
  readonly subject: string
  readonly use: EnrolRequest['use']
  /** Epoch ms. */
  readonly createdAt: number
  /** Version of the roster at that time: one of the same version cannot know the template yet. */
  readonly rosterVersion: number
  /** sha256 of the weights that made the embeddings; those of others cannot be compared. */
  readonly modelSha256: string
  /** One to three, each of length 1, and their mean. */
  readonly embeddings: readonly Float32Array[]
  readonly mean: Float32Array
}

const magic = Buffer.from('LFT')
const version = 1
const nonceBytes = 12
const tagBytes = 16
/** magic, version, nonce, length of the head. */
const fixedBytes = magic.length + 1 + nonceBytes + 2
const headMaxBytes = 2_048
const vectorBytes = embeddingLength * 4

/**
 * One record: `LFT`, version 1, nonce (12), head length (2), head, ciphertext, tag (16). AES-256-GCM,
 * NIST SP 800-38D; the nonce is of 96 random bits, never used twice under one key: at 100,000 records
 * a repeat has a chance of 6e-20. Everything before the ciphertext is authenticated, so that a record
 * cannot be given to somebody else or another use.
 *
 * @param key 32 bytes
 */
export function sealTemplate(
  template: FaceTemplate,
  key: Uint8Array,
  random: (bytes: number) => Uint8Array,
): Buffer {
  const { id, community, subject, use } = template
  const head = Buffer.from(JSON.stringify([id, community, subject, use]))
  if (head.length > headMaxBytes) throw new RangeError('the head of a template is too long')
  const nonce = Buffer.from(random(nonceBytes))
  const headLength = Buffer.alloc(2)
  headLength.writeUInt16BE(head.length)
  const open = Buffer.concat([magic, Buffer.of(version), nonce, headLength, head])
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(open)
  const sealed = Buffer.concat([cipher.update(writeBody(template)), cipher.final()])
  return Buffer.concat([open, sealed, cipher.getAuthTag()])
}

/** Null where the record is damaged, of another key, or of a version that is not known. */
export function openTemplate(record: Buffer, key: Uint8Array): FaceTemplate | null {
  if (record.length < fixedBytes + tagBytes) return null
  if (!record.subarray(0, magic.length).equals(magic) || record[magic.length] !== version)
    return null
  const nonce = record.subarray(magic.length + 1, magic.length + 1 + nonceBytes)
  const headEnd = fixedBytes + record.readUInt16BE(fixedBytes - 2)
  if (record.length < headEnd + tagBytes) return null
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
      .setAAD(record.subarray(0, headEnd))
      .setAuthTag(record.subarray(-tagBytes))
    const body = Buffer.concat([
      decipher.update(record.subarray(headEnd, -tagBytes)),
      decipher.final(),
    ])
    // Authentic from here on: nobody but us can have written it.
    const head = JSON.parse(record.subarray(fixedBytes, headEnd).toString()) as Head
    return readBody(head, body)
  } catch {
    return null
  }
}

type Head = readonly [string, string, string, EnrolRequest['use']]

/** createdAt, roster version, model (32), number of embeddings, embeddings, mean; little-endian. */
function writeBody({ createdAt, rosterVersion, modelSha256, embeddings, mean }: FaceTemplate) {
  const body = Buffer.alloc(49 + (embeddings.length + 1) * vectorBytes)
  body.writeDoubleLE(createdAt, 0)
  body.writeDoubleLE(rosterVersion, 8)
  body.write(modelSha256, 16, 32, 'hex')
  body.writeUInt8(embeddings.length, 48)
  let at = 49
  for (const vector of [...embeddings, mean])
    for (const value of vector) at = body.writeFloatLE(value, at)
  return body
}

function readBody([id, community, subject, use]: Head, body: Buffer): FaceTemplate | null {
  const count = body.readUInt8(48)
  if (body.length !== 49 + (count + 1) * vectorBytes) return null
  const vectors = Array.from({ length: count + 1 }, (_, n) =>
    Float32Array.from({ length: embeddingLength }, (_, i) =>
      body.readFloatLE(49 + n * vectorBytes + i * 4),
    ),
  )
  const mean = vectors.pop()
  if (mean === undefined || !isEmbedding(mean)) return null
  return {
    id,
    community,
    subject,
    use,
    createdAt: body.readDoubleLE(0),
    rosterVersion: body.readDoubleLE(8),
    modelSha256: body.toString('hex', 16, 48),
    embeddings: vectors,
    mean,
  }
}
