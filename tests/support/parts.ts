import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { distDir } from './product.ts'

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

export interface Part {
  readonly process: ChildProcess
  output(): string
  kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

export interface PartsSettings {
  readonly home: string
  readonly httpPort: number
  readonly mqttPort: number
  readonly gatewayPort: number
  readonly adminPassword: string
}

const serviceToken = 'the-service-token-of-this-test-0123456789abcdef'

/** Gateway and api as the supervisor starts them, one by one, so that a test can do without either. */
export function createParts(settings: PartsSettings) {
  const env = {
    ...process.env,
    LINLI_HOME: settings.home,
    LINLI_COMMUNITY: 'demo',
    LINLI_HTTP_PORT: String(settings.httpPort),
    LINLI_MQTT_PORT: String(settings.mqttPort),
    LINLI_GATEWAY_PORT: String(settings.gatewayPort),
    LINLI_GATEWAY_URL: `http://127.0.0.1:${settings.gatewayPort}`,
    LINLI_API_URL: `http://127.0.0.1:${settings.httpPort}`,
    LINLI_SERVICE_TOKEN: serviceToken,
    LINLI_PASS_KEY: serviceToken,
    LINLI_ADMIN_PASSWORD: settings.adminPassword,
  }
  const start = (file: string) => async (): Promise<Part> => {
    const child = spawn(process.execPath, [join(distDir, file)], {
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    let output = ''
    child.stdout?.on('data', (chunk: Buffer) => void (output += chunk.toString()))
    child.stderr?.on('data', (chunk: Buffer) => void (output += chunk.toString()))
    await new Promise<void>((resolve, reject) => {
      child.on('message', (message) => {
        if ((message as { type?: string }).type === 'listening') resolve()
      })
      child.once('exit', (code) => reject(new Error(`${file} ended with ${code}:\n${output}`)))
    })
    return {
      process: child,
      output: () => output,
      async kill(signal) {
        if (child.exitCode !== null || child.signalCode !== null) return
        const gone = new Promise((resolve) => child.once('exit', resolve))
        child.kill(signal)
        await gone
      },
    }
  }
  return { startGateway: start('gateway/main.js'), startApi: start('api/server.js'), serviceToken }
}
