// Tells a chat what was healed and what needs a person.

import { get as config } from 'selfheal:plugin/config@0.1.0';
import { send } from 'selfheal:plugin/http@0.1.0';

export const notifier = {
  notify(event) {
    // Other kinds may come; a chat is only told how something ended.
    if (event.kind !== 'incident-ended') return;
    const isHealed = event.attrs.some(({ key, value }) => key === 'ended' && value === 'healed');
    post(`[${isHealed ? 'healed' : 'look'}] ${event.title} (${event.run})\n${event.body}`);
  },

  open(ticket) {
    post(`[look] ${ticket.title}\n${ticket.body}`);
    // A chat has no tickets: the signature is what the message can be found by.
    return { id: ticket.signature, url: '' };
  },

  update(_id, ticket) {
    post(`[again] ${ticket.title}`);
  },

  close(id, comment) {
    post(`[done] ${id}: ${comment}`);
  },
};

function post(text) {
  const { webhook } = JSON.parse(config());
  if (typeof webhook !== 'string') {
    const message = "webhook is the address of the chat's incoming webhook";
    throw { tag: 'invalid-config', val: [{ path: 'webhook', code: 'missing', message }] };
  }
  const { status } = send({
    method: 'POST',
    url: webhook,
    headers: [{ name: 'content-type', value: 'application/json' }],
    body: new TextEncoder().encode(JSON.stringify({ text: text.trimEnd() })),
  });
  if (status >= 200 && status < 300) return;
  const message = `the chat answered ${status}`;
  if (status === 429 || status >= 500) throw { tag: 'transient', val: { afterMs: 1000n, message } };
  throw { tag: 'failed', val: { code: 'refused', message, attrs: [] } };
}
