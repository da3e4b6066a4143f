// What to do when somebody else holds the lock of Terraform's state.
//
// Three cases, told apart by who holds the lock and since when: a fresh lock is work in progress, and Terraform itself can
// wait for it; an old one of a runner of ours is what a killed job left behind, and may be released if the user says so; an
// old one of anybody else is for a person to decide.

import { get as config } from 'selfheal:plugin/config@0.1.0';
import { nowMs } from 'selfheal:plugin/clock@0.1.0';

const LOCKED = 'terraform.state-locked';
/** Lines below `Lock Info:` that describe the lock. */
const INFO_LINES = 12;

export const healer = {
  handles() {
    return [{ code: LOCKED, category: '' }];
  },

  propose(incident, log) {
    const lock = lockIn(log);
    const { staleAfterMinutes, ours, waitSeconds } = settings();
    const ageMinutes = lock.created === undefined ? undefined : Number(nowMs() - lock.created) / 60_000;
    if (ageMinutes === undefined || ageMinutes < staleAfterMinutes) return patience(incident, lock, waitSeconds);
    if (lock.id && ours.some((prefix) => lock.who?.startsWith(prefix))) return [release(lock, ageMinutes)];
    return [handOver(lock, ageMinutes)];
  },
};

/** The configuration, with its defaults; what is wrong with it is said key by key. */
function settings() {
  const given = JSON.parse(config());
  const problems = [];
  const check = (key, fallback, isGood, wanted) => {
    if (given[key] === undefined) return fallback;
    if (!isGood(given[key])) problems.push({ path: key, code: 'wrong-type', message: `${key} is ${wanted}` });
    return given[key];
  };
  const isCount = (value) => Number.isInteger(value) && value > 0;
  const found = {
    staleAfterMinutes: check('stale-after-minutes', 60, isCount, 'a whole number of minutes'),
    waitSeconds: check('wait-seconds', 300, isCount, 'a whole number of seconds'),
    ours: check('ours', [], Array.isArray, 'a list of beginnings of `Who`, e.g. ["runner@"]'),
  };
  if (problems.length) throw { tag: 'invalid-config', val: problems };
  return found;
}

/** What Terraform says about the lock. */
function lockIn(log) {
  const [at] = log.find('Lock Info:', 1n, 1);
  const lines = at === undefined ? [] : log.lines(at + 1n, INFO_LINES);
  const field = (name) => {
    for (const { text } of lines) {
      const found = new RegExp(`^[│|\\s]*${name}:\\s+(\\S.*)$`).exec(text);
      if (found) return found[1].trim();
    }
    return undefined;
  };
  return { id: field('ID'), who: field('Who'), path: field('Path'), created: moment(field('Created')) };
}

/** `2026-01-01 07:12:40.123456 +0000 UTC` in milliseconds. */
function moment(text) {
  const parts = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)\S* \+0000 UTC$/.exec(text ?? '');
  if (!parts) return undefined;
  const [year, month, ...rest] = parts.slice(1).map(Number);
  return BigInt(Date.UTC(year, month - 1, ...rest));
}

/** Terraform can wait for the lock by itself, where the command is one that takes it. */
function patience(incident, lock, waitSeconds) {
  const { command } = incident.stage;
  const option = `-lock-timeout=${waitSeconds}s`;
  const holder = lock.who ? ` of ${lock.who}` : '';
  const remedy = {
    rationale: `the lock${holder} is fresh: whoever holds it is at work, and gives it back`,
    reversible: true,
    expects: [],
    attrs: [],
  };
  const waiting = (action) => [
    { ...remedy, strategy: 'retry', title: `wait for the state lock${holder}`, confidence: 0.6, actions: [action] },
  ];
  const script = command.tag === 'shell' ? command.val : command.val.join(' ');
  const waited = script.replace(/\bterraform (plan|apply|destroy|refresh|import)\b/, `terraform $1 ${option}`);
  if (command.tag !== 'shell' || waited === script || script.includes('-lock-timeout')) {
    return waiting({ tag: 'wait', val: { baseMs: 15_000n, capMs: BigInt(waitSeconds) * 1000n } });
  }
  return [
    {
      ...remedy,
      strategy: 'alternative',
      title: `have Terraform wait up to ${waitSeconds} s for the state lock${holder}`,
      confidence: 0.8,
      actions: [{ tag: 'replace-command', val: { tag: 'shell', val: waited } }],
    },
    ...waiting({ tag: 'wait', val: { baseMs: 15_000n, capMs: BigInt(waitSeconds) * 1000n } }),
  ];
}

/** The user has said that locks of these holders are ours: the job that took it is gone. */
function release(lock, ageMinutes) {
  return {
    strategy: 'config',
    title: `release the state lock that ${lock.who} left behind`,
    rationale: `it is ${Math.floor(ageMinutes)} minutes old, and the configuration says that such locks are ours`,
    confidence: 0.75,
    actions: [
      {
        tag: 'run-command',
        val: {
          argv: ['terraform', 'force-unlock', '-force', lock.id],
          directory: '.',
          env: [],
          timeoutMs: 60_000n,
        },
      },
    ],
    reversible: false,
    expects: [],
    attrs: [],
  };
}

function handOver(lock, ageMinutes) {
  const who = lock.who ?? 'somebody';
  const body = [
    `The lock of \`${lock.path ?? 'the state'}\` is held by \`${who}\` for ${Math.floor(ageMinutes)} minutes.`,
    '',
    'If nobody works there any more, release it:',
    '',
    `    terraform force-unlock ${lock.id ?? 'ID'}`,
  ].join('\n');
  return {
    strategy: 'escalate',
    title: `ask ${who} about the state lock`,
    rationale: 'the lock is old, and releasing one of a person who is still at work destroys their state',
    confidence: 0.9,
    actions: [
      { tag: 'escalate', val: { title: `Terraform's state is locked by ${who}`, body, labels: ['terraform', 'state-lock'] } },
    ],
    reversible: true,
    expects: [],
    attrs: [],
  };
}
