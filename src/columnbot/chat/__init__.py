"""The chat in the browser, a Gradio app. Importing this costs two seconds."""

from columnbot.chat.page import build_page
from columnbot.chat.serve import mount, serve

__all__ = ["build_page", "mount", "serve"]
