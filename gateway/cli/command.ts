/** What a command may touch; the entry point hands it in. */
export interface CommandIo {
  readonly env: NodeJS.ProcessEnv
  /** The folder that holds package.json. */
  readonly checkout: string
  /** One line to stdout. */
  readonly print: (line: string) => void
}

export interface Command {
  readonly name: string
  readonly summary: string
  readonly usage: string
  /** Exit code: 0 fine, 1 something is wrong, 2 it was called wrongly. */
  run(args: readonly string[], io: CommandIo): Promise<number>
}

/** It was called wrongly; the message is shown with the usage. */
export class UsageError extends Error {}
