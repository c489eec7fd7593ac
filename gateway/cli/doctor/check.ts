/** One line of `linli doctor`. */
export interface Check {
  readonly name: string
  readonly ok: boolean
  readonly what: string
  /** What mends it, where a command does. */
  readonly command: string | null
}

export const ok = (name: string, what: string): Check => ({ name, ok: true, what, command: null })
export const problem = (name: string, what: string, command: string | null): Check => ({
  name,
  ok: false,
  what,
  command,
})
