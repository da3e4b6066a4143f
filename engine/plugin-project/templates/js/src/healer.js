// Installs the browsers that Playwright tests need.

const BROWSERS = ['chromium', 'firefox', 'webkit'];

export const healer = {
  handles() {
    return [{ code: 'node.playwright-browser-missing', category: '' }];
  },

  propose(incident, log) {
    const canInstall = incident.tools.some((tool) => tool.name === 'npx');
    const isOffline = incident.attrs.some(({ key, value }) => key === 'offline' && value === 'true');
    if (!canInstall || isOffline) return [];
    // The line names the browser's folder, or lines above it do. Numbers of lines are 64 bits wide: bigints.
    const { cause } = incident.findings[0];
    const first = cause.line > 5n ? cause.line - 5n : 1n;
    const lines = [...log.lines(first, Number(cause.line - first)), cause].reverse();
    const missing = lines.map((line) => browserIn(line.text)).find(Boolean);
    return [
      {
        strategy: 'dependency',
        title: `install ${missing ?? 'all browsers'} for Playwright`,
        rationale: 'the tests start a browser that Playwright has not downloaded on this machine',
        confidence: missing ? 0.9 : 0.7,
        actions: [
          {
            tag: 'run-command',
            val: {
              argv: ['npx', 'playwright', 'install', ...(missing ? [missing] : [])],
              directory: '.',
              env: [],
              timeoutMs: 300_000n,
            },
          },
        ],
        reversible: true,
        expects: [],
        attrs: [],
      },
    ];
  },
};

/** The browser whose folder a line names, e.g. `…/ms-playwright/chromium-1091/…`. */
function browserIn(line) {
  const path = line.split('ms-playwright/')[1] ?? '';
  return BROWSERS.find((browser) => path.startsWith(browser));
}
