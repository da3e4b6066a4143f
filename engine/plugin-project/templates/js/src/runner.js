// Runs a stage and judges its coverage report.

import { get as config } from 'selfheal:plugin/config@0.1.0';
import { run } from 'selfheal:plugin/process@0.1.0';
import { read } from 'selfheal:plugin/workspace@0.1.0';

const REPORT = 'coverage.xml';

export const runner = {
  run(stage) {
    const { minimum = 80 } = JSON.parse(config());
    if (typeof minimum !== 'number') {
      const message = 'minimum is a number of per cent';
      throw { tag: 'invalid-config', val: [{ path: 'minimum', code: 'not-a-number', message }] };
    }
    const argv = stage.command.tag === 'shell' ? ['sh', '-c', stage.command.val] : stage.command.val;
    const ended = run({ argv, env: [], directory: stage.directory, limits: stage.limits, captureBytes: 0 });
    const path = stage.directory === '.' ? REPORT : `${stage.directory}/${REPORT}`;
    const report = { outcome: ended.outcome, metrics: [], artifacts: [], verdicts: [], attrs: [] };
    const covered = lineRate(path);
    if (covered === undefined) {
      const reason = `${path} is not there, or is no coverage report`;
      report.verdicts.push({ gate: 'coverage', verdict: 'not-measured', reason });
      return report;
    }
    report.metrics.push({ name: 'coverage.line-percent', value: covered, unit: '%' });
    report.artifacts.push({ path, mediaType: 'application/xml', title: 'coverage report' });
    const reason = `${covered.toFixed(1)} % of lines are covered, ${minimum.toFixed(1)} % are asked for`;
    report.verdicts.push({ gate: 'coverage', verdict: covered >= minimum ? 'pass' : 'fail', reason });
    return report;
  },
};

/** The covered share of lines in per cent, of the first element `coverage`. */
function lineRate(path) {
  let xml;
  try {
    xml = new TextDecoder().decode(read(path, 0n, 1 << 20).data);
  } catch {
    return undefined;
  }
  const rate = Number(/<coverage [^>]*line-rate="([^"]+)"/.exec(xml)?.[1] ?? NaN);
  return rate >= 0 && rate <= 1 ? rate * 100 : undefined;
}
