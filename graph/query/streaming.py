"""Speaking while there is more to come: what is proven of an answer is streamed as pieces of the reply to be.

Chat pages show what arrives as `messages`. A draft is no such thing, for nobody could take it back (it is streamed as
custom events, for who knows what they are). So a claim is said as soon as it is proven, in the order of the answer;
where one fails, what follows it waits for its repair.
"""

from __future__ import annotations

import re
from typing import Any

from langchain_core.callbacks import BaseCallbackManager
from langchain_core.messages import AIMessageChunk
from langchain_core.runnables.config import RunnableConfig, set_config_context
from langgraph.config import get_config
from langgraph.graph.message import push_message

_PIECE = re.compile(r"\s*\[[^\n]*|\s*\S[^\n\[]*|\s+")  # a statement, then its marker
_NAMESPACE = "langgraph_checkpoint_ns"


class Voice:
    """Says a reply piece by piece; `said` is what was said of it so far, which only ever grows."""

    def __init__(self, reply: str, said: str = "") -> None:
        self.reply, self.said = reply, said
        self._config = _seen_from_outside(get_config())

    def say(self, text: str) -> bool:
        """Say what is new in a text; False, and nothing, where it is not the continuation of what was said."""
        if not text.startswith(self.said):
            return False
        for piece in _PIECE.findall(text[len(self.said) :]):
            self._push(AIMessageChunk(content=piece, id=self.reply))
        self.said = text
        return True

    def _push(self, piece: AIMessageChunk) -> None:
        if self._config is not None:
            with set_config_context(self._config) as context:
                context.run(push_message, piece, state_key=None)


def _seen_from_outside(config: RunnableConfig) -> RunnableConfig | None:
    """The configuration under which pieces are streamed: as if from the node that asks the query graph.

    A client that did not ask for the insides of subgraphs would otherwise see nothing before the end.
    """
    manager = config.get("callbacks")
    if not isinstance(manager, BaseCallbackManager):
        return None
    metadata: dict[str, Any] = dict(config.get("metadata") or {})
    outer = str(metadata.get(_NAMESPACE, "")).split("|")
    metadata[_NAMESPACE] = "|".join(outer[:-1] or outer)
    # The protocol of the newest clients knows no pieces that no model sent: they get the whole reply, at its end.
    taken = [one for one in manager.handlers if not type(one).__name__.endswith("V2")]
    listeners = manager.__class__(handlers=taken, parent_run_id=manager.parent_run_id)
    return {**config, "metadata": metadata, "callbacks": listeners}
