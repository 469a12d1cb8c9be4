// prom-client without what it brings for Node's own metrics, clusters and push gateways: 3 MB that nothing here uses.
exports.Registry = require('prom-client/lib/registry.js')
exports.Gauge = require('prom-client/lib/gauge.js')
exports.Counter = require('prom-client/lib/counter.js')
