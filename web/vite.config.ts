import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const outDir = fileURLToPath(new URL('../dist/web', import.meta.url))

/** Scripts and styles lie beside their compressed forms, so that serving them costs the box nothing. */
const compressed = (): Plugin => ({
  name: 'linli-compressed',
  apply: 'build',
  closeBundle() {
    const assets = join(outDir, 'assets')
    for (const name of readdirSync(assets).filter((file) => /\.(js|css|svg)$/.test(file))) {
      const bytes = readFileSync(join(assets, name))
      writeFileSync(join(assets, `${name}.gz`), gzipSync(bytes))
      writeFileSync(join(assets, `${name}.br`), brotliCompressSync(bytes))
    }
  },
})

/** `vite build web`; the api serves `dist/web` at `/`. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react(), compressed()],
  build: { outDir, emptyOutDir: true, target: 'es2022' },
})
