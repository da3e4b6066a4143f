"""Tells a chat what was healed and what needs a person."""

import json

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports.notifier import Event, Ticket, TicketRef
from wit_world.imports import config, http
from wit_world.imports.types import (
    Diagnostic,
    Failure,
    PluginError_Failed,
    PluginError_InvalidConfig,
    PluginError_Transient,
    RetryHint,
)


class Notifier(exports.Notifier):
    def notify(self, event: Event) -> None:
        # Other kinds may come; a chat is only told how something ended.
        if event.kind != "incident-ended":
            return
        is_healed = any(attr.key == "ended" and attr.value == "healed" for attr in event.attrs)
        post(f"[{'healed' if is_healed else 'look'}] {event.title} ({event.run})\n{event.body}")

    def open(self, ticket: Ticket) -> TicketRef:
        post(f"[look] {ticket.title}\n{ticket.body}")
        # A chat has no tickets: the signature is what the message can be found by.
        return TicketRef(id=ticket.signature, url="")

    def update(self, id: str, ticket: Ticket) -> None:
        post(f"[again] {ticket.title}")

    def close(self, id: str, comment: str) -> None:
        post(f"[done] {id}: {comment}")


def post(text: str) -> None:
    webhook = json.loads(config.get()).get("webhook")
    if not isinstance(webhook, str):
        message = "webhook is the address of the chat's incoming webhook"
        raise Err(PluginError_InvalidConfig([Diagnostic("webhook", "missing", message)]))
    body = json.dumps({"text": text.rstrip()}, separators=(",", ":"), ensure_ascii=False).encode()
    headers = [http.Header("content-type", "application/json")]
    try:
        status = http.send(http.Request("POST", webhook, headers, body)).status
    except Err as refused:
        raise Err(PluginError_Failed(Failure("unreachable", str(refused.value), []))) from refused
    if 200 <= status < 300:
        return
    message = f"the chat answered {status}"
    if status == 429 or status >= 500:
        raise Err(PluginError_Transient(RetryHint(1000, message)))
    raise Err(PluginError_Failed(Failure("refused", message, [])))
