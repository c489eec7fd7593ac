/** Numbers in an embedding of the face model. */
export const embeddingLength = 128

/** Cosine of two embeddings of length 1, -1..1. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < embeddingLength; i += 1) sum += (a[i] as number) * (b[i] as number)
  return sum
}

/** A vector that can be compared: 128 finite numbers of length 1. */
export function isEmbedding(vector: Float32Array): boolean {
  if (vector.length !== embeddingLength) return false
  return Math.abs(dot(vector, vector) - 1) < 0.01
}

/**
 * Mean of several embeddings of one person, scaled to length 1. Compared with it, a stranger scores as
 * against a single picture, the person themselves better. Null where they cancel out.
 */
export function meanOf(embeddings: readonly Float32Array[]): Float32Array | null {
  const sum = new Float32Array(embeddingLength)
  for (const embedding of embeddings)
    for (let i = 0; i < embeddingLength; i += 1)
      sum[i] = (sum[i] as number) + (embedding[i] as number)
  const length = Math.sqrt(dot(sum, sum))
  if (!(length > 1e-3)) return null
  return sum.map((value) => value / length)
}
