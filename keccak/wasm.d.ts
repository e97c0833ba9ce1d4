// wrangler hands over a compiled module, Vite the file's address.
declare module '*.wasm' {
  const module: object
  export default module
}

declare module '*.wasm?url' {
  const url: string
  export default url
}
