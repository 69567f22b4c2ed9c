"""`crossroads simulate`: the real planning and dispatch code, over modelled endpoints, in virtual time.

Law: the same scenario and seed give the same figures; nothing here copies what the exchange does.
"""

from crossroads_simulate.command import app

__all__ = ["app"]
