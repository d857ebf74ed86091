"""Streaming of the verified part of an answer, while the rest is still written or checked.

Chat pages show what arrives in the stream mode `messages`. Text shown there cannot be withdrawn, so drafts are custom
events, and a claim is pushed as a piece of the reply as soon as it is verified, in the order of the answer. Where one
fails, those after it wait for its repair.
"""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import BaseCallbackManager
from langchain_core.messages import AIMessageChunk
from langchain_core.runnables.config import RunnableConfig, set_config_context
from langgraph.config import get_config
from langgraph.graph.message import push_message

from graph.citation_markers import split_at_markers

_NAMESPACE = "langgraph_checkpoint_ns"


class ReplyStream:
    """Streams one reply piece by piece; `text` is what was streamed of it so far, and only grows."""

    def __init__(self, reply_id: str, text: str = "") -> None:
        self.reply_id, self.text = reply_id, text
        self._config = _parent_config(get_config())

    def push(self, text: str) -> bool:
        """Stream what `text` adds to the streamed text; return False, without streaming, if it does not continue it."""
        if not text.startswith(self.text):
            return False
        for piece in split_at_markers(text[len(self.text) :]):
            self._push(AIMessageChunk(content=piece, id=self.reply_id))
        self.text = text
        return True

    def _push(self, piece: AIMessageChunk) -> None:
        if self._config is not None:
            with set_config_context(self._config) as context:
                context.run(push_message, piece, state_key=None)


def _parent_config(config: RunnableConfig) -> RunnableConfig | None:
    """Return the configuration of the node that calls the query graph, so that pieces seem to come from there.

    A client that does not stream subgraphs would otherwise receive nothing before the end. None without callbacks.
    """
    manager = config.get("callbacks")
    if not isinstance(manager, BaseCallbackManager):
        return None
    metadata: dict[str, Any] = dict(config.get("metadata") or {})
    namespace = str(metadata.get(_NAMESPACE, "")).split("|")
    metadata[_NAMESPACE] = "|".join(namespace[:-1] or namespace)
    # V2 stream handlers only accept chunks from a model; skipped here, they get the final message.
    accepting = [handler for handler in manager.handlers if not type(handler).__name__.endswith("V2")]
    callbacks = manager.__class__(handlers=accepting, parent_run_id=manager.parent_run_id)
    return {**config, "metadata": metadata, "callbacks": callbacks}
