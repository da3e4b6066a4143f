const ms = require('ms');

console.log('two hours are', ms('2h'), 'milliseconds');
