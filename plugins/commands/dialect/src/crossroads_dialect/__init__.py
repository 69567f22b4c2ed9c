"""`crossroads dialect`: recorded exchanges with real hosts through the installed codecs, and what they lose.

Law: what a record says is read by `readers`, which walk dicts and call no codec; what a codec says is read by
`canonical`. Only `exchange`, `errors` and `requests` call codecs.
"""

from crossroads_dialect.command import app

__all__ = ["app"]
