"""Ray pools for tests, where Ray is installed, with one token for all clusters: Ray reads it once a process."""

from __future__ import annotations

import os
from typing import Any

import pytest

from graph.settings import prepare_ray
from loaders.pages.pool import PagePool

TOKEN = "0" * 64


def ray_pool(address: str, actors: int, **limits: Any) -> PagePool:
    """Return a pool of actors, or skip the test."""
    os.environ["RAY_AUTH_TOKEN"] = TOKEN
    prepare_ray()
    pytest.importorskip("ray", reason="the extra `ray` is not installed")
    from loaders.pages.ray_pool import RayPool

    return RayPool(address, actors, **limits)
