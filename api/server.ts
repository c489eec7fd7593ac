import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { fileURLToPath } from 'node:url'
import pino from 'pino'
import { readCarePlans } from '../config/care-plans.ts'
import { parseCategories } from '../config/categories.ts'
import { parseCategorySettings } from '../config/category-settings.ts'
import { type Settings, isLoopback, readEnv } from '../config/env.ts'
import { readConfig } from '../config/file.ts'
import { readLadders, shippedLaddersPath } from '../config/ladders.ts'
import { cleanLine, logOptions } from '../config/log-secrets.ts'
import { parseDuties, parseOrg } from '../config/org.ts'
import type { Config } from '../config/schema.ts'
import { CodedError } from '../contracts/errors.ts'
import { type ListenOptions, listen } from './listen.ts'
import { networkAddress } from './network-address.ts'
import { trust } from './plugins/trust.ts'
import { startApi } from './start.ts'

/** The checkout: this file runs from `api/` or from `dist/api/`. */
const root = fileURLToPath(
  new URL(import.meta.url.includes('/dist/api/') ? '../../' : '../', import.meta.url),
)
const shipped = (file: string): string => readFileSync(`${root}config/${file}`, 'utf8')
const read = (own: string | null, file: string): string =>
  own === null ? shipped(file) : readOwn(own)

async function main(): Promise<void> {
  const settings = readEnv(process.env)
  const config = readConfig(settings.configFile)
  const logger = pino(logOptions('api', config.log.level))
  if (settings.databaseUrl !== null) {
    throw new CodedError('config.invalid', 'LINLI_DATABASE_URL: PostgreSQL is not supported yet')
  }
  const organisation = readOrganisation(config, settings.community)
  const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { version: string }
  // Known once it listens; until then nobody is told to fetch anything.
  let address: string | null = null
  const api = await startApi(
    { clock: Date.now, random: randomBytes, chance: Math.random, logger },
    {
      home: settings.home,
      community: settings.community,
      adminPassword: settings.adminPassword,
      gatewayUrl: settings.gatewayUrl,
      serviceToken: settings.serviceToken,
      webDir: `${root}dist/web`,
      version,
      ...organisation,
      ...(config.carePlans.file === null
        ? {}
        : { carePlans: readCarePlans(config.carePlans.file) }),
      ladders: readLadders(config.ladders.file ?? shippedLaddersPath(), organisation.units),
      passKey: settings.passKey,
      notify: config.notify,
      speech: {
        settings: config.broadcast,
        ...(process.env['PATH'] === undefined ? {} : { searchPath: process.env['PATH'] }),
        address: () => address,
      },
      evidenceDays: config.cameras.evidenceDays,
      visitDays: config.carePlans.visitDays,
      visitPhotoDays: config.carePlans.photoDays,
      access: {
        pictureLivenessAcceptedBy: config.access.pictureLivenessAcceptedBy,
        relayAddresses: config.access.relayAddresses,
        filingNumber: config.access.filingNumber,
        watchlistEnabled: config.watchlist.enabled,
      },
    },
  )
  trust(api.app, settings.tlsCaFile)
  const wanted = listeners(settings, config.http.plaintextAcceptedBy)
  const listening = await listen(api.app, wanted)
  address = networkAddress(wanted, listening, ownAddresses())
  logger.info({ http: listening.httpPort, https: listening.httpsPort }, 'api listens')
  if (!existsSync(`${root}dist/web/index.html`)) {
    logger.warn({ code: 'web.missing', command: 'npm run build:web' }, 'web pages not built')
  }
  const { httpPort, httpsPort } = listening
  process.send?.({ type: 'listening', httpPort, httpsPort })

  let stopping = false
  const stop = (): void => {
    if (stopping) return
    stopping = true
    Promise.all([listening.close(), api.close()]).then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'stop failed')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  // The parent is gone: nobody would stop us any more.
  process.on('disconnect', stop)
}

const ownAddresses = (): readonly string[] =>
  Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address))

function listeners(settings: Settings, plaintextAcceptedBy: string | null): ListenOptions {
  const { bind, httpBind, httpPort, httpsPort, tlsCertFile, tlsKeyFile } = settings
  const secure = httpsPort !== null && tlsCertFile !== null && tlsKeyFile !== null
  return {
    http: {
      host: isLoopback(httpBind) || plaintextAcceptedBy !== null ? httpBind : '127.0.0.1',
      port: httpPort,
    },
    plaintextAcceptedBy,
    https: secure
      ? {
          host: bind,
          port: httpsPort,
          tls: { key: readFileSync(tlsKeyFile), cert: readFileSync(tlsCertFile) },
        }
      : null,
  }
}

/** Units, categories and duties: the shipped files, or those that the configuration names. */
function readOrganisation({ organisation }: Config, community: string) {
  const source = organisation.file ?? 'config/org.yaml'
  const text = read(organisation.file, 'org.yaml')
  const units = parseOrg(text, source, community)
  const settings = parseCategorySettings(
    read(organisation.categorySettings, 'categories.yaml'),
    organisation.categorySettings ?? 'config/categories.yaml',
  )
  const categories = parseCategories(read(organisation.categories, 'categories.csv'), settings)
  return { units, categories, duties: parseDuties(text, source, { units, categories }) }
}

/** A file that was named but cannot be read is an error. */
function readOwn(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CodedError('config.invalid', `organisation: ${reason}`)
  }
}

function fail(error: unknown): never {
  const code = error instanceof CodedError ? error.code : 'internal'
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(cleanLine(JSON.stringify({ level: 'fatal', part: 'api', code, message })))
  process.exit(1)
}

// What nobody caught is a line of the log like any other, clean.
process.on('uncaughtException', fail)
main().catch(fail)
