"""What the person sees: plain lines, and on a terminal one moving line below them."""

import sys
import time

WIDTH = 12


class Screen:
    def __init__(self) -> None:
        self.terminal = sys.stderr.isatty()
        self.started = time.monotonic()

    def line(self, name: str, text: str) -> None:
        self._clear()
        print(f"  {name:<{WIDTH}}{text}", file=sys.stderr, flush=True)

    def heading(self, text: str) -> None:
        self._clear()
        print(text, file=sys.stderr, flush=True)

    def waiting(self, text: str) -> None:
        """Replaces the moving line; says nothing when nobody watches."""
        if self.terminal:
            seconds = time.monotonic() - self.started
            print(f"\r\033[K  {text} … {seconds:.0f} s", end="", file=sys.stderr, flush=True)

    def _clear(self) -> None:
        if self.terminal:
            print("\r\033[K", end="", file=sys.stderr)
