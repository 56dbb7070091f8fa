// Saves under the key, unless that is what was restored; caches are never written twice.
const fs = require('fs')
const path = require('path')
const { input, packed, places, shelf, tar, version } = require('./places.js')

const key = input('key')
if (process.env.STATE_matched === key) {
  console.log(`Cache hit occurred on the primary key ${key}, not saving cache.`)
} else {
  const there = places().filter((place) => fs.existsSync(place.here))
  if (there.length === 0) {
    console.log('::warning::Path Validation Error: Path(s) specified in the action for caching do(es) not exist, hence no cache is being saved.')
  } else {
    const folder = fs.mkdtempSync(path.join(shelf, 'saved-'))
    for (const place of there) fs.cpSync(place.here, path.join(packed(folder), place.kept), { recursive: true })
    tar('-cz', folder)
    fs.writeFileSync(path.join(folder, 'key'), key)
    fs.writeFileSync(path.join(folder, 'version'), version())
    console.log(`Cache saved with key: ${key}`)
  }
}
