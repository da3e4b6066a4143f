// Recognises why dbt fails.

// Every field of the contract's record `rule` has to be there; these are the same for all rules of this plugin.
const rule = (fields) => ({
  ecosystem: 'generic',
  negative: undefined,
  severity: 'error',
  position: 'cause',
  disposition: 'never',
  strategies: ['escalate'],
  asksPlugin: false,
  attrs: [],
  ...fields,
});

const RULES = [
  rule({
    code: 'dbt.profile-missing',
    category: 'configuration',
    pattern: "Could not find profile named '(?P<name>[^']+)'",
    confidence: 0.95,
    specificity: 90,
    examples: [
      { text: "  Could not find profile named 'shop'", matches: true },
      { text: 'Could not find a version that satisfies the requirement shop', matches: false },
    ],
  }),
  rule({
    code: 'dbt.node-missing',
    category: 'compile-error',
    pattern:
      "(?:Model|Test|Snapshot|Seed) '[^']+' \\((?P<file>[^)]+)\\) depends on a (?:node|source) named '(?P<name>[^']+)' which was not found",
    confidence: 0.95,
    specificity: 95,
    examples: [
      {
        text: "  Model 'model.shop.orders' (models/orders.sql) depends on a node named 'stg_orders' which was not found",
        matches: true,
      },
      { text: 'Found 3 models, 2 tests', matches: false },
    ],
  }),
  rule({
    code: 'dbt.database-error',
    category: 'deployment',
    pattern: 'Database Error in (?:model|test|seed|snapshot) (?P<name>\\S+) \\((?P<file>[^)]+)\\)',
    confidence: 0.8,
    specificity: 90,
    asksPlugin: true,
    examples: [
      { text: '  Database Error in model customers (models/customers.sql)', matches: true },
      { text: '  Compilation Error in model customers (models/customers.sql)', matches: false },
    ],
  }),
];

const CREDENTIALS = /permission denied|access denied|password authentication failed/i;

export const classifier = {
  rules() {
    return RULES;
  },

  // dbt says which database it talked to, and the database says what is wrong: in the lines below.
  classify(candidate, log) {
    const own = RULES.find((known) => known.code === candidate.code);
    if (!own) throw { tag: 'unsupported', val: `${candidate.code} is not my rule` };
    const telling = log.lines(candidate.line.line + 1n, 3).find((line) => CREDENTIALS.test(line.text));
    return [
      {
        code: own.code,
        category: telling ? 'auth-or-permission' : own.category,
        ecosystem: own.ecosystem,
        severity: own.severity,
        confidence: own.confidence,
        signature: '', // The host computes it.
        cause: candidate.line,
        captures: candidate.captures,
        context: telling ? [telling] : [],
        disposition: own.disposition,
        strategies: own.strategies,
        attrs: [],
      },
    ];
  },
};
