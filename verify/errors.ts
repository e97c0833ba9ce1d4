/** Something that verifying needs could not be had: it says what, and nothing about whether the figures are right. */
export class MissingData extends Error {
  override name = 'MissingData'
}

/** What may be shown of a URL: its origin, for providers put their keys into the path and the query. */
export const shownUrl = (url: string): string =>
  URL.canParse(url) && new URL(url).origin !== 'null' ? new URL(url).origin : (url.split('?')[0] ?? '')
