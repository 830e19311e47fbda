"""Starts the bot server, at low priority until it can answer: importing Rasa takes seconds."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
import warnings
from pathlib import Path

import jieba  # type: ignore[import-untyped]

from bot.gently import gently
from bot.settings import Settings, SettingWrong

os.environ["RASA_TELEMETRY_ENABLED"] = "false"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bot.serve", description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="model package to serve")
    parser.add_argument("--port", type=int, default=5005)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--actions-url", default="http://127.0.0.1:5055/webhook")
    return parser.parse_args()


def main() -> int:
    """Serve until told to stop."""
    arguments = _arguments()
    warnings.simplefilter("ignore")
    if not arguments.model.is_file():
        sys.stderr.write(f"{arguments.model} is not there: train a model first\n")
        return 2
    try:
        settings = Settings.of(os.environ)
    except SettingWrong as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    jieba.setLogLevel(logging.WARNING)
    server = gently(lambda: importlib.import_module("bot.server"))
    app = server.application(arguments.model, settings, arguments.actions_url)
    app.run(host=arguments.host, port=arguments.port, workers=1, access_log=False, debug=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
