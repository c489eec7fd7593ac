import { lookup } from 'node:dns/promises'
import { realpath } from 'node:fs/promises'
import { isIP } from 'node:net'
import { isAbsolute, resolve, sep } from 'node:path'
import { CodedError } from '../../contracts/errors.ts'
import { isAddress, parseAddress, type SourceAddress } from './source-address.ts'
import type { AllowedNetworks } from './source-networks.ts'

/** Plain recordings only: a playlist or a concat file would name further addresses. */
const videoName = /\.(mp4|m4v|mov|mkv|avi|ts|mjpeg|webm)$/i
const lookupMaxMs = 5_000

/** An address with the one IP that may be connected to; whoever connects looks nothing up again. */
export interface CheckedAddress extends SourceAddress {
  readonly ip: string
}

/** All addresses of a name, IPv4 and IPv6; another is given by tests of rebinding. */
export type Resolve = (host: string) => Promise<readonly string[]>

export const resolveHost: Resolve = async (host) =>
  (await lookup(host, { all: true })).map(({ address }) => address)

/**
 * The address of a network camera and the IP to connect to. The name is looked up here and once:
 * every answer has to lie in an allowed network, and the connection goes to the first of them, so
 * that a name which answers differently the next moment gains nothing (DNS rebinding).
 *
 * @throws CodedError `camera.source-refused` where it may not be, `ffmpeg.failed` where the name is
 * not known; the detail says why
 */
export async function allowedAddress(
  source: string,
  networks: AllowedNetworks,
  resolveName: Resolve = resolveHost,
): Promise<CheckedAddress> {
  const address = parseAddress(source)
  const ips = isIP(address.host) === 0 ? await answers(address, resolveName) : [address.host]
  for (const ip of ips) {
    const why = networks.whyNot(ip)
    if (why !== null) throw new CodedError('camera.source-refused', `${address.shown} is ${why}`)
  }
  const [ip] = ips
  if (ip === undefined)
    throw new CodedError('ffmpeg.failed', `${address.shown}: the name has no address`)
  return { ...address, ip }
}

async function answers(address: SourceAddress, resolveName: Resolve): Promise<readonly string[]> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), lookupMaxMs)
  })
  try {
    return await Promise.race([resolveName(address.host), late])
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'no answer'
    throw new CodedError('ffmpeg.failed', `${address.shown}: the name is not known (${why})`)
  } finally {
    clearTimeout(timer)
  }
}

/**
 * The real path of a video file that a camera may play: inside an allowed folder after following all
 * links, with a video's name.
 *
 * @throws CodedError `camera.source-refused`; the detail says why
 */
export async function allowedVideo(
  source: string,
  allowedFolders: readonly string[],
): Promise<string> {
  if (source.includes('\0') || isAddress(source))
    throw new CodedError('camera.source-refused', 'no path of a file')
  if (!videoName.test(source))
    throw new CodedError('camera.source-refused', 'not the name of a video file')
  for (const folder of allowedFolders) {
    const root = await realpath(folder).catch(() => null)
    if (root === null) continue
    const path = await realpath(isAbsolute(source) ? source : resolve(root, source)).catch(
      () => null,
    )
    if (path?.startsWith(root + sep) === true && videoName.test(path)) return path
  }
  throw new CodedError('camera.source-refused', 'in no allowed folder (cameras.allowedFolders)')
}
