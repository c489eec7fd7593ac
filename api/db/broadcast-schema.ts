/** Tables of 0014: what loudspeakers play. The rules of schema.ts hold here too. */
export interface SoundsTable {
  sha256: string
  bytes: number
  duration_ms: number
  /** Of a spoken text: command, voice and words; null for what came as a clip. */
  speech_key: string | null
  created_at: number
  used_at: number
}

export interface BroadcastClipsTable {
  id: string
  community: string
  name: string
  /** sha256 of what it became. */
  sound: string
  duration_ms: number
  /** What it came as. */
  source_type: string
  created_by: string
  created_by_name: string
  created_at: number
  used_at: number
}

export interface BroadcastTables {
  sounds: SoundsTable
  broadcast_clips: BroadcastClipsTable
}
