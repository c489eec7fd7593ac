import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findMedia, type Media } from './frames/media.ts'
import { renderFilms } from './frames/film.ts'
import { type MemoryStore, openMemory } from './memory.ts'
import { type DemoOptions, helpText, parseOptions } from './options.ts'
import { play, type PlayResult } from './play.ts'
import { createApiClient } from './product/api-client.ts'
import { bannerText, truthText } from './product/banner.ts'
import { writeDemoConfig } from './product/demo-config.ts'
import { choosePort, createProduct, type Product } from './product/product.ts'
import { closeOldTickets } from './product/settle.ts'
import { createRandom } from './random.ts'
import { lookForNeeds, type Need } from './scenario/needs.ts'
import { fixTruth } from './scenario/truth.ts'
import { seedCommunity } from './seed-community.ts'
import { seedEntrances } from './seed-entrances.ts'
import { World } from './world.ts'

/** `npm run demo`: starts the product, plays 桐花里 against it, and keeps the score. Wiring only. */

const checkout = fileURLToPath(new URL('../../', import.meta.url))
const supervisor = fileURLToPath(new URL('../gateway/supervise.js', import.meta.url))
const shared = join(checkout, '..', 'shared')

interface Setting {
  readonly options: DemoOptions
  readonly home: string
  readonly temporary: boolean
  readonly community: string
  readonly store: MemoryStore
  readonly media: Media | null
  /** Null: ours, which lets faces open doors by pictures alone. */
  readonly config: string | null
  readonly log: (text: string) => void
}

/** 24 letters and digits; nothing that must be escaped anywhere. */
const newSecret = (): string => randomBytes(18).toString('base64url').replace(/[-_]/g, 'x')

function chooseHome(options: DemoOptions): { home: string; temporary: boolean } {
  const given = process.env['LINLI_HOME']
  if (given !== undefined && given !== '') return { home: resolve(given), temporary: false }
  if (options.durationSeconds !== null)
    return { home: mkdtempSync(join(tmpdir(), 'linli-demo-')), temporary: true }
  return { home: resolve('data/demo'), temporary: false }
}

async function productOf(setting: Setting): Promise<Product> {
  const http = await choosePort(process.env['LINLI_HTTP_PORT'], 8080)
  const mqtt = await choosePort(process.env['LINLI_MQTT_PORT'], 1883)
  if (http.usualBusy)
    setting.log('端口 8080 已被占用，另选一个 / port 8080 is in use, taking another')
  if (mqtt.usualBusy)
    setting.log('端口 1883 已被占用，另选一个 / port 1883 is in use, taking another')
  return createProduct({
    script: supervisor,
    home: setting.home,
    env: {
      ...(process.env as Record<string, string>),
      LINLI_COMMUNITY: setting.community,
      LINLI_ADMIN_PASSWORD: setting.store.memory.adminPassword,
      LINLI_HTTP_PORT: http.port,
      LINLI_MQTT_PORT: mqtt.port,
      LINLI_CONFIG: setting.config ?? writeDemoConfig(setting.home),
    },
    onOutput: (text) => process.stderr.write(text),
    clock: Date.now,
  })
}

function givenNeeds({ home, media, config }: Setting, fresh: boolean): ReadonlySet<Need> {
  const modelFolders = [
    process.env['LINLI_MODELS'],
    join(home, 'models'),
    join(shared, 'models'),
  ].filter((place): place is string => place !== undefined && place !== '')
  return lookForNeeds({ modelFolders, media, testMode: config === null, fresh })
}

async function run(
  setting: Setting,
  product: Product,
  signal: AbortSignal,
): Promise<PlayResult | null> {
  const { options, store, log, community } = setting
  const seed = createRandom(options.seed)
  const addresses = await product.start()
  const api = createApiClient(addresses.http)
  await api.signIn('admin', store.memory.adminPassword)
  const seeded = await seedCommunity({
    api,
    memory: store.memory,
    community,
    nowMs: Date.now(),
    newSecret,
    testMode: setting.config === null,
  })
  const given = givenNeeds(setting, seeded.fresh)
  const { media } = setting
  const [films, { visitorQr }] = await Promise.all([
    renderFilms({ media, given, log }),
    seedEntrances({ api, memory: store.memory, community, given, media, clock: Date.now }),
  ])
  store.memory.stoppedCleanly = false
  store.save()
  if (!seeded.fresh) {
    const left = await closeOldTickets(api)
    if (left > 0) log(`  ${left} old tickets stay open; what they are about cannot be staged anew`)
  }
  const durationMs = options.durationSeconds === null ? null : options.durationSeconds * 1_000
  const truth = fixTruth(given, durationMs)
  log(bannerText(addresses.http, setting.home, store.memory, seeded, given.has('test-mode')))
  log(truthText(truth, options.seed))
  const world = new World(
    { memory: store.memory, films, seed, clock: Date.now, warn: log },
    { mqttUrl: addresses.mqtt, community, fresh: seeded.fresh },
  )
  const save = (): void => {
    world.remember()
    store.save()
  }
  try {
    const cards = store.memory.cards
    return await play(
      { api, world, truth, seed, cards, visitorQr, clock: Date.now, log, save },
      { durationMs, replay: !seeded.fresh, signal },
    )
  } finally {
    store.memory.stoppedCleanly = true
    save()
    await world.close()
  }
}

/** Resolves with the exit code: 130 where a run that was to be scored has been stopped. */
async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2))
  if (options.help) {
    process.stdout.write(`${helpText}\n`)
    return 0
  }
  const { home, temporary } = chooseHome(options)
  const out = options.json ? process.stderr : process.stdout
  const setting: Setting = {
    options,
    home,
    temporary,
    community: process.env['LINLI_COMMUNITY'] || 'demo',
    store: openMemory(home, () => process.env['LINLI_ADMIN_PASSWORD'] || newSecret()),
    media: findMedia(join(shared, 'media')),
    config: process.env['LINLI_CONFIG'] || null,
    log: (text) => out.write(`${text}\n`),
  }
  const product = await productOf(setting)
  const abort = new AbortController()
  let signals = 0
  const onSignal = (): void => {
    signals += 1
    if (signals > 1) process.exit(1)
    abort.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  try {
    const result = await Promise.race([
      run(setting, product, abort.signal),
      product.ended.then((code) => {
        throw new Error(`Linli ended by itself with ${code}; its output says why`)
      }),
    ])
    if (result !== null) process.stdout.write(`${JSON.stringify(result)}\n`)
    return result === null && options.durationSeconds !== null ? 130 : 0
  } finally {
    await product.stop()
    if (temporary) rmSync(home, { recursive: true, force: true })
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  },
)
