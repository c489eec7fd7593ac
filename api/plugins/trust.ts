import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'

/**
 * `GET /ca.pem`: the certificate of the box's own authority, for whoever wants to trust it. It is
 * public; people compare its fingerprint with the one in the start banner.
 */
export function trust(app: FastifyInstance, caFile: string | null): void {
  if (caFile === null) return
  const pem = readFileSync(caFile, 'utf8')
  app.get('/ca.pem', { config: { access: { open: true } }, schema: { hide: true } }, (_, reply) =>
    reply
      .type('application/x-x509-ca-cert')
      .header('content-disposition', 'attachment; filename="linli-ca.pem"')
      .send(pem),
  )
}
