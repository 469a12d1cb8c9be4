// pg without its pool and its native client.
exports.Client = require('pg/lib/client.js')
