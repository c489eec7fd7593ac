import type { ParseArgsConfig } from 'node:util'
import type { DecodedImage } from '../../../detectors/image.ts'
import type { ReportPart } from './report.ts'

/** What one `linli eval NAME` does; the command adds `--json`, `--report`, `--fresh` and `--help`. */
export interface EvalTask {
  readonly name: string
  readonly summary: string
  /** Its own options, one line each, as the help shows them. */
  readonly usage: string
  readonly options: NonNullable<ParseArgsConfig['options']>
  /** @throws UsageError, CodedError `eval.input`, `model.missing`, `model.refused` */
  run(values: EvalValues, kit: EvalKit): Promise<EvalOutcome>
}

export type EvalValues = Readonly<Record<string, unknown>>

export interface EvalOutcome {
  /** The one line of JSON, with the keys of the contract. */
  readonly json: Readonly<Record<string, unknown>>
  /** First row: the headings. */
  readonly table: readonly (readonly string[])[]
  /** Curves and worst cases for the HTML report, behind the table. */
  readonly parts: readonly ReportPart[]
}

/** A weight whose sha256 was verified. */
export interface EvalModel {
  readonly file: string
  readonly sha256: string
  readonly bytes: Uint8Array
}

/** A picture of the list: `path` absolute, `name` as the list has it. */
export interface Picture {
  readonly path: string
  readonly name: string
}

/** What a picture gave, or why it gave nothing (`missing`, `frame.damaged`, …). */
export type Looked<R> =
  | { readonly ok: true; readonly value: R }
  | { readonly ok: false; readonly why: string }

export interface LookOptions {
  /** Part of what a kept result is known by: other weights or settings are looked at afresh. */
  readonly models: readonly EvalModel[]
  readonly settings: string
  /** Decoded straight to this size; whole where left out. */
  readonly longSideMaxPx?: number
}

export interface EvalKit {
  /** A weight of config/models.yaml by its file name. @throws CodedError model.missing, model.refused */
  model(file: string): Promise<EvalModel>
  /**
   * Looks at every picture once (the same path twice is one look), with progress, and keeps what was
   * seen so that a run that was broken off goes on where it stopped. `look` answers plain JSON. By path.
   */
  each<R>(
    pictures: readonly Picture[],
    options: LookOptions,
    look: (image: DecodedImage) => Promise<R>,
  ): Promise<ReadonlyMap<string, Looked<R>>>
}
