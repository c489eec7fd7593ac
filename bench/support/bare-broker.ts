import net, { type AddressInfo } from 'node:net'
import { Aedes } from 'aedes'
import { answerParent } from './child.ts'

/** The baseline of `bench ingest`: aedes as it comes, in memory, no credentials, nothing kept. */
const broker = await Aedes.createBroker({ concurrency: 1_000 })
const server = net.createServer({ noDelay: true }, (socket) => void broker.handle(socket))
server.listen(0, '127.0.0.1', () =>
  process.send?.({ port: (server.address() as AddressInfo).port }),
)
answerParent(() => null)
