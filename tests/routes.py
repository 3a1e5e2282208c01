"""Prints the routes of the chat's application and its OpenAPI schema, as JSON: python -m tests.routes INDEX.

In a process of its own, as an application that is made and never served leaves event loops behind.
"""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from fastapi.routing import iter_route_contexts
from gradio.routes import App

from columnbot import ColumnBot, Settings
from columnbot.chat import build_page
from columnbot.chat.serve import launch_options
from columnbot.chat.watch import Watch


@cache
def routes_of(index: Path) -> dict[str, Any]:
    """What `main` prints: `routes`, of each its methods and path, and `schema`."""
    printed = subprocess.run(
        [sys.executable, "-m", "tests.routes", str(index)], capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(printed.stdout.splitlines()[-1])
    return found


def main() -> None:
    settings = Settings()
    bot = ColumnBot.open(Path(sys.argv[1]))
    watch = Watch(bot, words=settings.log_questions)
    page = build_page(bot, settings, watch)
    options = launch_options(settings, watch)
    page.auth, page.favicon_path, page.max_file_size = None, None, None
    page.enable_monitoring, page.run_history = options["enable_monitoring"], options["run_history"]
    app = App.create_app(page, app_kwargs=options["app_kwargs"])
    routes = [(sorted(route.methods or {"GET"}), route.path) for route in iter_route_contexts(app.routes)]
    print(json.dumps({"routes": routes, "schema": app.openapi()}))


if __name__ == "__main__":
    main()
