"""One file a family: a raw record -> Reading, by walking dicts. None calls a codec, or the core.

reply(document) -> Reading            a whole reply, parsed
stream(events) -> Reading             a stream, as `frames.events` took it apart
"""
