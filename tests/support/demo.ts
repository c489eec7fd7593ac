import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The demo's JSON line, as docs and contract have it. */
export interface DemoScore {
  readonly expected: number
  readonly found: number
  readonly missed: readonly unknown[]
  readonly false: readonly unknown[]
  readonly delayMs: { readonly p50: number; readonly p95: number }
  readonly tickets: number
  readonly frames: { readonly in: number; readonly analysed: number; readonly dropped: number }
  readonly readings: { readonly in: number; readonly stored: number }
  readonly faces: { readonly granted: number; readonly wrong: number }
  readonly vehicles: { readonly passed: number; readonly wrong: number }
}

/** Runs `npm run demo -- --duration N --json` from a checkout on free ports and an own home. */
export async function runDemo(
  checkout: string,
  seconds: number,
): Promise<{ score: DemoScore; exitCode: number | null; log: string }> {
  const home = await mkdtemp(join(tmpdir(), 'linli-demo-'))
  const child = spawn(
    process.execPath,
    [join(checkout, 'dist/device-sim/demo.js'), '--duration', String(seconds), '--json'],
    {
      cwd: checkout,
      env: { ...process.env, LINLI_HOME: home, LINLI_HTTP_PORT: '0', LINLI_MQTT_PORT: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let stdout = ''
  let log = ''
  child.stdout.on('data', (chunk: Buffer) => void (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => void (log += chunk.toString()))
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve))
  await rm(home, { recursive: true, force: true, maxRetries: 3 })
  const line = stdout.trim().split('\n').at(-1) ?? ''
  if (!line.startsWith('{')) throw new Error(`no JSON line (exit ${exitCode}):\n${stdout}\n${log}`)
  return { score: JSON.parse(line) as DemoScore, exitCode, log }
}
