import { CodedError } from '../../contracts/errors.ts'

export type AddressScheme = 'rtsp' | 'rtsps' | 'http' | 'https'

/** A camera's address taken apart; nothing of it has been resolved yet. */
export interface SourceAddress {
  readonly scheme: AddressScheme
  /** A name, or an IP address without brackets. */
  readonly host: string
  readonly port: number
  /** Path and query as they were written, beginning with `/`. */
  readonly path: string
  readonly username: string | null
  readonly password: string | null
  /** All that may be logged or shown: user, password, path and query can hold secrets. */
  readonly shown: string
}

const defaultPort: Readonly<Record<AddressScheme, number>> = {
  rtsp: 554,
  rtsps: 322,
  http: 80,
  https: 443,
}
const scheme = /^([a-z][a-z0-9+.-]*):/i
const hostName = /^[a-z0-9_]([a-z0-9_.-]{0,252})$/i
/** WHATWG "ends in a number": what resolvers take for an IPv4 address, octal, hexadecimal and short forms too. */
const numeric = /(^|\.)(0x[0-9a-f]*|[0-9]+)\.?$/i
const dottedDecimal = /^(0|[1-9][0-9]{0,2})(\.(0|[1-9][0-9]{0,2})){3}$/

const refuse = (detail: string): never => {
  throw new CodedError('camera.source-refused', detail)
}

/** Whether a source is an address and no path of a file. */
export const isAddress = (source: string): boolean => scheme.test(source)

/**
 * Takes an address apart by hand: Node's URL knows the rules of http only, and every further parser
 * of the same text would be a chance to disagree (OWASP SSRF cheat sheet). An unescaped `@` in a
 * password is understood, as cameras' manuals write it so.
 *
 * @throws CodedError `camera.source-refused`; the detail says why and holds no secret
 */
export function parseAddress(source: string): SourceAddress {
  const name = scheme.exec(source)?.[1]?.toLowerCase() ?? ''
  if (!Object.hasOwn(defaultPort, name))
    return refuse(`protocol "${name.slice(0, 20)}" not allowed`)
  const known = name as AddressScheme
  if (!source.slice(name.length).startsWith('://')) return refuse('no "//" after the protocol')
  if (!/^[!#-;=?-[\]_a-z~]+$/i.test(source)) return refuse('a character that no address has')
  const rest = source.slice(name.length + 3)
  const end = rest.search(/[/?#]/)
  const authority = end === -1 ? rest : rest.slice(0, end)
  const tail = (end === -1 ? '' : rest.slice(end)).replace(/#.*$/, '')
  const at = authority.lastIndexOf('@')
  // Where a password holds a bare `/`, half of it would be taken for the host, called and shown.
  if (tail.replace(/\?.*$/, '').includes('@') || (at !== -1 && tail.includes('@')))
    return refuse('write / in a password as %2F, ? as %3F, and @ in a path as %40')
  const { host, port } = hostAndPort(authority.slice(at + 1), defaultPort[known])
  const shownHost = host.includes(':') ? `[${host}]` : host
  return {
    scheme: known,
    host,
    port,
    path: tail.startsWith('/') ? tail : `/${tail}`,
    ...(at === -1 ? { username: null, password: null } : userInfo(authority.slice(0, at))),
    shown: `${known}://${shownHost}:${port}/…`,
  }
}

function hostAndPort(text: string, portElse: number): { host: string; port: number } {
  const parts = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::([0-9]{1,5}))?$/i.exec(text)
  if (parts === null) return refuse('no host and port in the address')
  const port = parts[3] === undefined ? portElse : Number(parts[3])
  if (port < 1 || port > 65_535) return refuse(`no port: ${port}`)
  if (parts[1] !== undefined) return { host: parts[1].toLowerCase(), port }
  const host = (parts[2] ?? '').toLowerCase()
  if (numeric.test(host)) {
    if (!dottedDecimal.test(host) || host.split('.').some((part) => Number(part) > 255))
      return refuse('an IPv4 address is written as four decimal numbers')
  } else if (!hostName.test(host)) return refuse('no name of a host')
  return { host, port }
}

function userInfo(text: string): { username: string; password: string | null } {
  const colon = text.indexOf(':')
  return colon === -1
    ? { username: decoded(text), password: null }
    : { username: decoded(text.slice(0, colon)), password: decoded(text.slice(colon + 1)) }
}

/** A per cent sign that escapes nothing stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const anyAddress = /([a-z][a-z0-9+.-]*:\/\/)(?:[^\s'"/]*@)?([^\s'"/?@]+)[^\s'"]*/gi

/**
 * A text of ffmpeg or of a socket as it may be logged: addresses lose user, password, path and query,
 * and the secrets of `address` are struck out wherever else they stand.
 */
export function withoutSecrets(text: string, address: SourceAddress | null): string {
  let shown = text.replace(anyAddress, '$1$2/…')
  const secrets = [address?.password, address?.username, address?.path]
  for (const secret of secrets) {
    if (secret === null || secret === undefined || secret.length < 3) continue
    for (const form of new Set([secret, encodeURIComponent(secret)]))
      shown = shown.replaceAll(form, '***')
  }
  return shown
}
