/** Whom a limit counts for, by Cloudflare's header: an address of the network; of IPv6 the /64 that one customer has. */
export const networkOf = (ip = 'unknown'): string => {
  if (!ip.includes(':')) return ip
  const [head = '', tail] = ip.split('::')
  const groups = head.split(':')
  if (tail !== undefined) {
    const rest = tail === '' ? [] : tail.split(':')
    while (groups.length + rest.length < 8) groups.push('0')
    groups.push(...rest)
  }
  return `${groups.slice(0, 4).join(':')}::/64`
}
