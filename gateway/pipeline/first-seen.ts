/** By which credential each device first came in; the pipeline keeps it on disk. */
export class FirstSeen {
  readonly #clients = new Map<string, string>()

  add(devices: readonly { community: string; device: string; client: string }[]): void {
    for (const { community, device, client } of devices) {
      const key = `${community}/${device}`
      if (!this.#clients.has(key)) this.#clients.set(key, client)
    }
  }

  firstClient(community: string, device: string): string | null {
    return this.#clients.get(`${community}/${device}`) ?? null
  }
}
