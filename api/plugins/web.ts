import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { CodedError, errorTable } from '../../contracts/errors.ts'

export const webIsThere = (dir: string): boolean => existsSync(join(dir, 'index.html'))

/**
 * The web pages, as the build left them. Without them the api works and a plain page says what is
 * missing and how to mend it. Addresses of the console all lead to its one page.
 */
export async function web(app: FastifyInstance, options: { dir: string }): Promise<void> {
  const present = webIsThere(options.dir)
  if (present) {
    await app.register(fastifyStatic, {
      root: options.dir,
      wildcard: false,
      index: false,
      cacheControl: false,
      // Compressed by the build, beside each script and style.
      preCompressed: true,
      setHeaders: (reply, path) => {
        // Built files carry their hash in the name; the page that names them does not.
        const forever = path.includes('/assets/')
        reply.setHeader(
          'cache-control',
          forever ? 'public, max-age=31536000, immutable' : 'no-cache',
        )
      },
    })
  }
  app.get('/*', { schema: { hide: true } }, (request, reply) => {
    const path = request.url.split('?')[0] ?? ''
    // A missing file or API route is a miss, not the console.
    if (path.startsWith('/api/') || /\.[a-z0-9]+$/i.test(path)) {
      throw new CodedError('not-found', path)
    }
    if (!present) {
      return reply.code(503).type('text/html; charset=utf-8').send(missingPage)
    }
    return reply.sendFile('index.html')
  })
}

const { title, hint } = errorTable['web.missing']
const missingPage = `<!doctype html><html lang="zh"><meta charset="utf-8"><title>Linli</title>
<h1>${title.zh}</h1><p>${hint.zh}</p><p><code>npm run build:web</code></p>
<hr><h1 lang="en">${title.en}</h1><p lang="en">${hint.en}</p>
<p><a href="/docs">API</a> · <code>web.missing</code></p></html>`
