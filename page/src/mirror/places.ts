/** Where static copies may lie, each ending in a slash: the page's own folder, and those that its build names. */
export function placesOf(page: Document): string[] {
  const named = page.querySelector<HTMLMetaElement>('meta[name="prorata-mirrors"]')?.content ?? ''
  const places = named.split(/\s+/).filter((place) => /^https?:\/\//.test(place) && URL.canParse(place))
  return [
    new URL('.', page.baseURI).href,
    ...places.map((place) => (place.endsWith('/') ? place : `${place}/`)),
  ]
}
