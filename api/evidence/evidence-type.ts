export const evidenceTypes = ['image/jpeg', 'video/mp4'] as const
export type EvidenceType = (typeof evidenceTypes)[number]

export const endings: Readonly<Record<EvidenceType, string>> = {
  'image/jpeg': 'jpg',
  'video/mp4': 'mp4',
}

/** What the bytes are, by themselves; null for everything else. */
export function typeOf(bytes: Buffer): EvidenceType | null {
  if (isJpeg(bytes)) return 'image/jpeg'
  return isMp4(bytes) ? 'video/mp4' : null
}

/** Begins with SOI and a marker and ends with EOI (ITU-T T.81, B.1.1.3). */
const isJpeg = (bytes: Buffer): boolean =>
  bytes.length > 4 &&
  bytes[0] === 0xff &&
  bytes[1] === 0xd8 &&
  bytes[2] === 0xff &&
  bytes.lastIndexOf(Buffer.from([0xff, 0xd9])) > 0

/** Boxes from end to end, `ftyp` first, with an index and data (ISO/IEC 14496-12, 4.2 and 4.3). */
function isMp4(bytes: Buffer): boolean {
  const names: string[] = []
  let at = 0
  while (at + 8 <= bytes.length) {
    const size = bytes.readUInt32BE(at)
    if (size < 8) return false
    names.push(bytes.toString('latin1', at + 4, at + 8))
    at += size
  }
  return (
    at === bytes.length && names[0] === 'ftyp' && names.includes('moov') && names.includes('mdat')
  )
}
