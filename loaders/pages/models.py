"""Models that page processes share: those that were loaded before a process was forked, and those that a page wants."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, NamedTuple, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])
LAYOUT, OCR = "layout", "ocr"


class ModelsWanted(NamedTuple):
    """The outcome of a job that was not done, because it is cheaper in a process in which these models are loaded."""

    models: frozenset[str]


class ModelsWantedError(BaseException):
    """A job that may ask needs models that are not loaded. No error of a page, so that no handler of those takes it."""

    def __init__(self, models: frozenset[str]) -> None:
        """Take the names of the models."""
        super().__init__(", ".join(sorted(models)))
        self.models = models


class Told(NamedTuple):
    """What a job returned, and the models that the reading of its file will use."""

    result: Any
    expected: frozenset[str]


class _Here:
    """What this process has loaded, whether its job may ask for more, and what it has said of its file."""

    loaded: frozenset[str] = frozenset()
    may_ask = False
    expected: frozenset[str] = frozenset()


def want(model: str, *, soon: Iterable[str] = ()) -> None:
    """Say that the next step uses a model: raise ModelsWantedError if the job may ask for it, else do nothing.

    The caller loads the model then, as without a pool.

    Args:
        model: What is used now.
        soon: What other pages of the document will use. It is loaded together with the model, since each time that
            processes are replaced they read the pages around theirs again: for this alone no job is put off.
    """
    if model not in _Here.loaded and _Here.may_ask:
        raise ModelsWantedError(frozenset({model, *soon}))


def uses_models(function: Function) -> Function:
    """Mark a page function that uses models: its jobs begin when those are loaded that their file will use."""
    function.uses_models = True  # type: ignore[attr-defined]  # a mark on the function itself, which is sent by its name
    return function


def expect(models: Iterable[str]) -> None:
    """Say which models the pages of a file will use, so that they can be loaded before the first is read."""
    _Here.expected |= frozenset(models)


def expected() -> frozenset[str]:
    """Return what was said since the last call."""
    found, _Here.expected = _Here.expected, frozenset()
    return found


@contextmanager
def asking() -> Iterator[None]:
    """Let the job of this context ask for models."""
    _Here.may_ask = True
    try:
        yield
    finally:
        _Here.may_ask = False


def load(models: frozenset[str]) -> None:
    """Load models for all processes that are forked from this one; a page says what is wrong with one that fails."""
    for name in sorted(models - _Here.loaded):
        try:
            module, function = _LOADERS[name]
            getattr(import_module(module), function)()
        except Exception:  # a package that is missing, or memory: the page that needs it meets the same error
            continue
    _Here.loaded |= models


_LOADERS = {
    LAYOUT: ("loaders.pdf.document", "load_layout_models"),
    OCR: ("loaders.ocr.engine", "load_models"),
}
"""The module and its function that loads each; by name, since what uses a model imports this."""
