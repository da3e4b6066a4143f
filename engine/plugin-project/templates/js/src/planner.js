// Plans the recipes of a justfile.

import { read, stat } from 'selfheal:plugin/workspace@0.1.0';
import { write } from 'selfheal:plugin/log@0.1.0';

/** Recipes that are stages, with their purpose, in the order in which they run. */
const KNOWN = [['fmt-check', 'lint'], ['lint', 'lint'], ['check', 'lint'], ['build', 'build'], ['test', 'test']];

export const planner = {
  plan(project) {
    const file = ['justfile', 'Justfile', '.justfile'].find(isFile);
    if (!file) return [];
    if (!project.tools.some((tool) => tool.name === 'just')) {
      write('info', `${file} is there, but just is not installed`);
      return [];
    }
    const lines = new TextDecoder().decode(read(file, 0n, 1 << 20).data).split('\n');
    const stages = [];
    for (const [name, purpose] of KNOWN) {
      const line = lines.findIndex((text) => isRecipe(text, name));
      if (line < 0) continue;
      stages.push({
        name,
        run: `just ${name}`,
        directory: '.',
        needs: stages.length ? [stages.at(-1).name] : [],
        env: [],
        limits: {},
        purpose,
        ecosystem: 'generic',
        reason: `${file} has a recipe ${name}`,
        evidence: [`${file}:${line + 1}`],
        attrs: [],
      });
    }
    return stages;
  },
};

function isFile(path) {
  try {
    return stat(path).kind === 'file';
  } catch {
    return false;
  }
}

/** Whether a line begins the recipe of this name, and the recipe can be run without arguments. */
function isRecipe(line, name) {
  const text = line.startsWith('@') ? line.slice(1) : line;
  if (!text.startsWith(name)) return false;
  const rest = text.slice(name.length);
  const colon = rest.indexOf(':');
  if (colon < 0 || rest[colon + 1] === '=') return false;
  const parameters = rest.slice(0, colon);
  if (parameters !== '' && !parameters.startsWith(' ')) return false;
  return parameters.split(' ').filter(Boolean).every((word) => word.startsWith('*') || word.includes('='));
}
