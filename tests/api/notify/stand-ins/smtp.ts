import { type AddressInfo, type Socket, createServer } from 'node:net'
import { TLSSocket, createSecureContext } from 'node:tls'

export interface Mail {
  readonly to: string
  readonly from: string
  /** Headers and text as they came. */
  readonly raw: string
  readonly encrypted: boolean
  readonly user: string | null
}

export type SmtpMischief = 'none' | 'shut' | 'busy' | 'silent' | 'dripping' | 'reset'

export interface SmtpOptions {
  /** Mail only after this one has said who it is. */
  readonly account?: { readonly user: string; readonly password: string }
  /** Offers STARTTLS, and takes nothing before it. */
  readonly tls?: { readonly key: string; readonly cert: string } | null
  /** TLS from the first byte on. */
  readonly implicit?: boolean
}

export interface SmtpStandIn {
  readonly port: number
  readonly mails: readonly Mail[]
  /** Commands in the order in which they came; of AUTH only the word. */
  readonly commands: readonly string[]
  open(): number
  mischief: SmtpMischief
  close(): Promise<void>
}

/**
 * A mail server [RFC 5321, 3207, 4954]: greeting, EHLO, STARTTLS, AUTH PLAIN and LOGIN, one mail at a time. It does
 * not know `nobody@`, and asks `later@` to come again.
 */
export async function startSmtp(options: SmtpOptions = {}): Promise<SmtpStandIn> {
  const mails: Mail[] = []
  const commands: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    switch (self.mischief) {
      case 'none':
        talk(options.implicit === true ? secured(socket) : socket, options.implicit === true, true)
        return
      case 'shut':
        socket.end('554 no mail is taken here\r\n')
        return
      case 'busy':
        socket.end('421 too many connections\r\n')
        return
      case 'silent':
        return
      case 'dripping': {
        // It greets in time, and then never comes to the end of what it offers.
        socket.write('220 mail.example ESMTP\r\n')
        socket.once('data', () => {
          const drip = setInterval(() => socket.write('250-please wait\r\n'), 20)
          socket.on('close', () => clearInterval(drip))
        })
        return
      }
      case 'reset':
        socket.resetAndDestroy()
        return
    }
  })

  function secured(socket: Socket): TLSSocket {
    const { key, cert } = options.tls ?? { key: '', cert: '' }
    const secure = new TLSSocket(socket, {
      isServer: true,
      secureContext: createSecureContext({ key, cert }),
    })
    secure.on('error', () => undefined)
    return secure
  }

  function talk(socket: Socket, encrypted: boolean, greet: boolean): void {
    let user: string | null = null
    let from: string | null = null
    let to: string | null = null
    let wanted: 'command' | 'data' | 'plain' | 'login-user' | 'login-password' = 'command'
    let login = ''
    let rest = ''
    const say = (line: string): void => void socket.write(`${line}\r\n`)
    if (greet) say('220 mail.example ESMTP')

    socket.on('data', (chunk: Buffer) => {
      rest += chunk.toString('latin1')
      for (;;) {
        const end = wanted === 'data' ? '\r\n.\r\n' : '\r\n'
        const at = rest.indexOf(end)
        if (at < 0) return
        const line = rest.slice(0, at)
        rest = rest.slice(at + end.length)
        if (wanted === 'data') took(line)
        else if (wanted === 'command') {
          if (heard(line)) return
        } else answered(line)
      }
    })

    function took(raw: string): void {
      wanted = 'command'
      mails.push({ to: to ?? '', from: from ?? '', raw, encrypted, user })
      from = to = null
      say('250 2.0.0 queued as 1')
    }

    const signedIn = (name: string, password: string): void => {
      const { account } = options
      wanted = 'command'
      const right = account !== undefined && name === account.user && password === account.password
      if (right) user = name
      say(right ? '235 2.7.0 accepted' : '535 5.7.8 authentication failed')
    }

    function answered(line: string): void {
      const text = Buffer.from(line, 'base64').toString('utf8')
      if (wanted === 'plain') plain(text)
      else if (wanted === 'login-user') {
        login = text
        wanted = 'login-password'
        say('334 UGFzc3dvcmQ6')
      } else signedIn(login, text)
    }

    function plain(text: string): void {
      const [, name = '', password = ''] = text.split('\0')
      signedIn(name, password)
    }

    /** True where the connection goes on under TLS, or ends. */
    function heard(line: string): boolean {
      const [verb = '', argument = ''] = line.split(' ')
      commands.push(/^auth$/i.test(verb) ? 'AUTH' : line)
      switch (verb.toUpperCase()) {
        case 'EHLO':
          hello()
          return false
        case 'STARTTLS':
          if (options.tls == null || encrypted) {
            say('502 5.5.1 not here')
            return false
          }
          say('220 2.0.0 go ahead')
          socket.removeAllListeners('data')
          talk(secured(socket), true, false)
          return true
        case 'AUTH':
          auth(argument, line.split(' ')[2])
          return false
        case 'MAIL':
          if (options.tls != null && !encrypted) say('530 5.7.0 STARTTLS first')
          else if (options.account !== undefined && user === null) say('530 5.7.0 sign in first')
          else {
            from = bracketed(line)
            say('250 2.1.0 ok')
          }
          return false
        case 'RCPT':
          recipient(bracketed(line))
          return false
        case 'DATA':
          if (to === null) say('503 5.5.1 nobody to send it to')
          else {
            wanted = 'data'
            say('354 end with a dot')
          }
          return false
        case 'RSET':
        case 'NOOP':
          say('250 2.0.0 ok')
          return false
        case 'QUIT':
          socket.end('221 2.0.0 bye\r\n')
          return true
        default:
          say('502 5.5.2 what')
          return false
      }
    }

    function hello(): void {
      const offers = ['mail.example', '8BITMIME']
      if (options.tls != null && !encrypted) offers.push('STARTTLS')
      if (options.account !== undefined) offers.push('AUTH LOGIN PLAIN')
      say(offers.map((one, n) => `250${n === offers.length - 1 ? ' ' : '-'}${one}`).join('\r\n'))
    }

    function auth(method: string, initial: string | undefined): void {
      if (/^plain$/i.test(method)) {
        wanted = 'plain'
        if (initial === undefined) say('334 ')
        else plain(Buffer.from(initial, 'base64').toString('utf8'))
      } else if (/^login$/i.test(method)) {
        wanted = 'login-user'
        say('334 VXNlcm5hbWU6')
      } else say('504 5.5.4 unknown')
    }

    function recipient(address: string): void {
      if (address.startsWith('nobody@')) say('550 5.1.1 no such user here')
      else if (address.startsWith('later@')) say('451 4.7.1 greylisted, come again')
      else {
        to = address
        say('250 2.1.5 ok')
      }
    }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const self: SmtpStandIn = {
    port: (server.address() as AddressInfo).port,
    mails,
    commands,
    open: () => sockets.size,
    mischief: 'none',
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return self
}

const bracketed = (line: string): string => /<([^>]*)>/.exec(line)?.[1] ?? ''
