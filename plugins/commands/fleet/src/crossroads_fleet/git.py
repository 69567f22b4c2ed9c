"""What git knows of the packages: files that changed since a commit, and the tag of each release.

A release of a package is the tag `<distribution>/<version>`. Files that are not committed count as changed.
"""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

from crossroads.errors import CrossroadsError


class Git:
    """One working tree. Commands are fixed words; nothing of a package is run."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.changed = cache(self._changed)

    @property
    def tags(self) -> dict[str, list[tuple[str, str]]]:
        """Distribution -> (version, commit) of its releases."""
        found: dict[str, list[tuple[str, str]]] = {}
        form = "%(refname:strip=2) %(objectname) %(*objectname)"  # the last is the commit of an annotated tag
        for line in self._run("for-each-ref", f"--format={form}", "refs/tags").splitlines():
            name, *commits = line.split()
            distribution, slash, version = name.partition("/")
            if slash:
                found.setdefault(distribution, []).append((version, commits[-1]))
        return found

    @property
    def files(self) -> list[str]:
        """What git keeps or would: tracked, or neither tracked nor ignored."""
        found = self._run("ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate", "-z")
        return [name for name in found.split("\0") if name]

    def tag(self, distribution: str, version: str) -> None:
        self._run("tag", f"{distribution}/{version}")

    def _changed(self, since: str) -> tuple[str, ...]:
        """Paths that differ between that commit and the working tree. Raises CrossroadsError: no such commit."""
        committed = self._run("diff", "--name-only", "-z", since, "--").split("\0")
        untracked = self._run("ls-files", "--others", "--exclude-standard", "-z").split("\0")
        return tuple(path for path in (*committed, *untracked) if path)

    def _run(self, *words: str) -> str:
        done = subprocess.run(["git", "-C", str(self.root), *words], capture_output=True, text=True, check=False)  # noqa: S603, S607
        if done.returncode != 0:
            raise CrossroadsError(
                f"git {words[0]}: {' '.join(done.stderr.split())[:300]}.",
                field="--since" if words[0] == "diff" else None,
                remedy="Run it in a checkout with its history, and name a commit that is there.",
            )
        return done.stdout
