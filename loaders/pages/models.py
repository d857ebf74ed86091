"""Models that page processes share: those loaded before a process was forked, and those that a page needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, NamedTuple, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])
LAYOUT, OCR = "layout", "ocr"


class ModelsWanted(NamedTuple):
    """The outcome of a job that is put off until a process has loaded these models, because it is cheaper there."""

    models: frozenset[str]


class ModelsWantedError(BaseException):
    """A job that may be put off needs models that are not loaded; no handler of page errors catches it."""

    def __init__(self, models: frozenset[str]) -> None:
        """Take the names of the models."""
        super().__init__(", ".join(sorted(models)))
        self.models = models


class ResultWithModels(NamedTuple):
    """The result of a job, and the models that the pages of its file are expected to use."""

    result: Any
    expected: frozenset[str]


class _ProcessModels:
    """This process: its loaded models, whether its job may request more, and the models expected for its file."""

    loaded: frozenset[str] = frozenset()
    may_request = False
    expected: frozenset[str] = frozenset()


def want(model: str, *, soon: Iterable[str] = ()) -> None:
    """Announce that the next step uses a model: raise ModelsWantedError if the job may request it, else do nothing.

    If nothing is raised, the caller loads the model itself, as without a pool.

    Args:
        model: The model that is used now.
        soon: Models that other pages of the document will use. They are loaded with `model`, since each time that
            processes are replaced they read the pages around theirs again; no job is put off for these alone.
    """
    if model not in _ProcessModels.loaded and _ProcessModels.may_request:
        raise ModelsWantedError(frozenset({model, *soon}))


def uses_models(function: Function) -> Function:
    """Mark a page function that uses models: its jobs start once the models expected for their file are loaded."""
    function.uses_models = True  # type: ignore[attr-defined]  # a mark on the function itself, which is sent by its name
    return function


def expect(models: Iterable[str]) -> None:
    """Record which models the pages of a file will use, so that they can be loaded before the first page is read."""
    _ProcessModels.expected |= frozenset(models)


def expected() -> frozenset[str]:
    """Return the models recorded since the last call, and forget them."""
    found, _ProcessModels.expected = _ProcessModels.expected, frozenset()
    return found


@contextmanager
def requests_allowed() -> Iterator[None]:
    """Let the job of this context request models."""
    _ProcessModels.may_request = True
    try:
        yield
    finally:
        _ProcessModels.may_request = False


def load(models: frozenset[str]) -> None:
    """Load models for all processes that are forked from this one; if one fails, a page that needs it reports why."""
    for name in sorted(models - _ProcessModels.loaded):
        try:
            module, function = _LOADERS[name]
            getattr(import_module(module), function)()
        except Exception:  # a package that is missing, or memory: the page that needs it meets the same error
            continue
    _ProcessModels.loaded |= models


_LOADERS = {
    LAYOUT: ("loaders.pdf.document", "load_layout_models"),
    OCR: ("loaders.ocr.engine", "load_models"),
}
"""The module and the function that load each model; by name, since the users of models import this module."""
