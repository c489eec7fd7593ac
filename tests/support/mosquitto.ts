import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface MosquittoOptions {
  /** Name and password of everybody who may come in; left out, anybody may. */
  readonly users?: Readonly<Record<string, string>>
  /** Lines of mosquitto.conf, such as those for TLS. */
  readonly lines?: readonly string[]
}

/** A real mosquitto on a folder of its own, which keeps sessions over a restart. */
export class Mosquitto {
  readonly folder = mkdtempSync(join(tmpdir(), 'linli-mosquitto-'))
  port = 0
  #process: ChildProcess | null = null
  #options: MosquittoOptions

  constructor(options: MosquittoOptions = {}) {
    this.#options = options
  }

  file(name: string, text: string): string {
    const path = join(this.folder, name)
    writeFileSync(path, text, { mode: 0o600 })
    return path
  }

  async start(changed: MosquittoOptions = {}): Promise<void> {
    this.#options = { ...this.#options, ...changed }
    if (this.port === 0) this.port = await freePort()
    const config = this.file('mosquitto.conf', `${this.#lines().join('\n')}\n`)
    this.#process = spawn('mosquitto', ['-c', config], { stdio: 'ignore' })
    const deadline = Date.now() + 10_000
    while (!(await reachable(this.port))) {
      if (Date.now() > deadline) throw new Error('mosquitto does not listen')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#process
    if (child === null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await gone
    this.#process = null
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  #lines(): string[] {
    const { users, lines = [] } = this.#options
    return [
      `listener ${this.port} 127.0.0.1`,
      ...this.#signIn(users),
      'persistence true',
      `persistence_location ${this.folder}/`,
      'autosave_interval 1',
      'max_queued_messages 100000',
      // It drops to its own user when started as root, who could not write here.
      ...(process.getuid?.() === 0 ? ['user root'] : []),
      ...lines,
    ]
  }

  #signIn(users: MosquittoOptions['users']): string[] {
    if (users === undefined) return ['allow_anonymous true']
    const path = this.file('passwords', '')
    for (const [name, password] of Object.entries(users))
      spawnSync('mosquitto_passwd', ['-b', path, name, password])
    return ['allow_anonymous false', `password_file ${path}`]
  }
}

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

const reachable = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
