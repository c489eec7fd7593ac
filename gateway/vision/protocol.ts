import type { ModelEntry } from '../../config/models.ts'
import type { ErrorCode } from '../../contracts/errors.ts'
import type { Analysis, AnalyseRequest, Redacted, RedactRequest } from '../model/vision.ts'

export type ModelTask = ModelEntry['task']

/** What the pool and its threads say to each other. */
export interface WorkerModel {
  readonly file: string
  readonly task: ModelTask
  readonly variant: ModelEntry['variant'] | null
  readonly sha256: string
  /** The bytes that were hashed. */
  readonly bytes: Uint8Array
}

export interface WorkerData {
  readonly models: readonly WorkerModel[]
}

export type Work =
  | {
      readonly kind: 'analyse'
      readonly jpeg: Uint8Array
      readonly request: AnalyseRequest
    }
  | { readonly kind: 'redact'; readonly jpeg: Uint8Array; readonly request: RedactRequest }

export interface JobMessage {
  readonly id: number
  readonly work: Work
}

/** Asks a thread to end by itself: to end it from outside while a model runs would abort the process. */
export interface StopMessage {
  readonly stop: true
}

export interface StageMs {
  /** Of the motion gate, its small decode included. */
  readonly gateMs: number
  readonly decodeMs: number
  readonly inferMs: number
}

export type WorkerAnswer =
  | {
      readonly kind: 'ready'
      readonly loaded: readonly string[]
      readonly failed: readonly { readonly file: string; readonly reason: string }[]
    }
  | {
      readonly kind: 'analysed'
      readonly id: number
      readonly value: Analysis
      readonly ms: StageMs
    }
  | { readonly kind: 'redacted'; readonly id: number; readonly value: Redacted }
  | {
      readonly kind: 'failed'
      readonly id: number
      readonly code: ErrorCode
      readonly detail: string
    }
