"""The compatibility policy, where it can be wrong: what hook API 1 has released is still there."""

import inspect
import tomllib
from importlib import resources

import pytest

from crossroads import hookspecs
from crossroads.api import API
from crossroads.dialect import Dialect
from crossroads.store import Store
from crossroads.surface import Surface
from crossroads.wire import Transport

RELEASED = tomllib.loads(resources.files("crossroads").joinpath("spec", f"hook-api-{API}.toml").read_text("utf-8"))
HOMES = {"hooks": hookspecs, "dialect": Dialect, "store": Store, "surface": Surface, "transport": Transport}
EVERY = [(home, name) for home, names in RELEASED.items() for name in names]


@pytest.mark.parametrize(("home", "name"), EVERY)
def test_what_was_released_is_still_there_with_its_arguments_in_their_order(home, name):
    parameters = [
        parameter
        for parameter in inspect.signature(getattr(HOMES[home], name)).parameters.values()
        if parameter.name != "self"
    ]
    names = [parameter.name for parameter in parameters]
    released = RELEASED[home][name]
    assert [name for name in names if name in released] == released
    if home != "hooks":  # members of a Protocol are called by us, with all that they had
        added = [parameter for parameter in parameters if parameter.name not in released]
        assert all(parameter.default is not parameter.empty for parameter in added)


def test_every_home_of_the_contract_is_listed():
    assert set(RELEASED) == set(HOMES)
    assert len(EVERY) > 25
