"""`crossroads catalog`: what is known of models and offers; written, compared and kept fresh.

Law: nothing is written that was not shown; every fact that is written names its source and the day it was read.
"""

from crossroads_catalog.command import app

__all__ = ["app"]
