"""`crossroads fleet`: many packages in one repository, written from facts, checked, released.

Law: facts are true or absent, each with its source; what a hand wrote is never lost; writing again changes nothing.
"""

from crossroads_fleet.command import app

__all__ = ["app"]
