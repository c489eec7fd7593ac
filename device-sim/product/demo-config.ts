import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Who stands for it that pictures alone tell a live face; without a name faces open nothing. */
const acceptedBy = 'demo: test mode'

/** Writes the product's configuration into the demo's home; answers its path. */
export function writeDemoConfig(home: string): string {
  const file = join(home, 'demo.yaml')
  writeFileSync(file, `access:\n  pictureLivenessAcceptedBy: '${acceptedBy}'\n`, { mode: 0o600 })
  return file
}
