/** What every runtime of the program has, though TypeScript's library of the bare language does not list it. */
declare class TextEncoder {
  encode(text: string): Uint8Array
}

declare class TextDecoder {
  constructor(label?: string, options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean })
  decode(bytes: Uint8Array, options?: { readonly stream?: boolean }): string
}
