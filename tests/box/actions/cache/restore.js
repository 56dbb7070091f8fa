// Restores as actions/cache does: the key itself first, then prefixes, of this ref before the default branch's.
const fs = require('fs')
const path = require('path')
const { input, lines, packed, places, shelf, tar, tell, version } = require('./places.js')

const key = input('key')
const keys = [key, ...lines('restore-keys')]
const { scopes, caches } = JSON.parse(fs.readFileSync(path.join(shelf, 'index.json')))
const find = (ref) => {
  const here = caches.filter((cache) => cache.ref === ref && cache.version === version())
  const same = here.find((cache) => cache.key === key)
  return same || keys.map((start) => here.find((cache) => cache.key.startsWith(start))).find(Boolean)
}

// What cannot be unpacked is warned of, and then it is as if there were none.
const unpack = (found) => {
  const folder = path.join(shelf, String(found.id))
  console.log(found.key === key ? `Cache hit for: ${key}` : `Cache hit for restore-key: ${found.key}`)
  fs.appendFileSync(path.join(shelf, 'restored'), `${found.id}\n`)
  console.log(`Cache Size: ~0 MB (${found.size} B)`)
  const code = tar('-xz', folder)
  if (code === 0) {
    for (const place of places()) {
      const from = path.join(packed(folder), place.kept)
      if (fs.existsSync(from)) fs.cpSync(from, place.here, { recursive: true })
    }
  } else {
    console.log(`::warning::Failed to restore: "/usr/bin/tar" failed with error: The process '/usr/bin/tar' failed with exit code ${code}`)
  }
  return code === 0
}

const found = scopes.map(find).find(Boolean)
if (found && unpack(found)) {
  console.log('Cache restored successfully')
  console.log(`Cache restored from key: ${found.key}`)
  tell('GITHUB_OUTPUT', 'cache-hit', found.key === key)
  tell('GITHUB_OUTPUT', 'cache-matched-key', found.key)
  tell('GITHUB_STATE', 'matched', found.key)
} else if (input('fail-on-cache-miss') === 'true') {
  console.log(`::error::Failed to restore cache entry. Exiting as fail-on-cache-miss is set. Input key: ${key}`)
  process.exitCode = 1
} else {
  console.log(`Cache not found for input keys: ${keys.join(', ')}`)
}
