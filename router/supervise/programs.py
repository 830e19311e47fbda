"""What is started: the command lines of router, action server, bot and training; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

RETRAIN_NICE = 10
# One reading is too small for threads, and a bot that starts must not push aside the one that
# answers.
ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "TF_NUM_INTEROP_THREADS",
        "TF_NUM_INTRAOP_THREADS",
    ),
    "1",
)


@dataclass(frozen=True, slots=True)
class Program:
    """A process to run: its name in the log, command, folder and what its environment adds."""

    name: str
    command: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    nice: int = 0
    """How far it gives way to others: 0 not at all, 19 always."""


@dataclass(frozen=True, slots=True)
class House:
    """Where things are and how they reach each other on this machine."""

    root: Path
    data: Path
    python: str
    host: str
    port: int
    bot_port: int
    actions_port: int
    token: str
    demo: bool = False
    local_bot: bool = True
    settings: Mapping[str, str] = field(default_factory=dict)
    """Further settings of the router, as its environment gives them."""

    @property
    def bot_python(self) -> Path:
        """Give the interpreter of the bot's environment."""
        return self.root / "bot" / ".venv" / "bin" / "python"

    @property
    def models(self) -> Path:
        """Give the folder of trained models."""
        return self.data / "models"

    @property
    def router_url(self) -> str:
        """Give the router's address as seen from this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104
        return f"http://{host}:{self.port}"

    @property
    def bot_url(self) -> str:
        """Give the bot's address."""
        return f"http://127.0.0.1:{self.bot_port}"

    @property
    def actions_url(self) -> str:
        """Give the action server's address."""
        return f"http://127.0.0.1:{self.actions_port}"

    def router(self) -> Program:
        """Describe the router."""
        command = (self.python, "-m", "router", "serve")
        return Program("router", command, self.root, self._router_environment())

    def retrain(self, run: str) -> Program:
        """Describe the retraining of a run that was asked for; shoppers go before it."""
        command = (self.python, "-m", "router", "retrain", "--run", run)
        return Program("retrain", command, self.root, self._router_environment(), RETRAIN_NICE)

    def mood_training(self) -> Program:
        """Describe the training of the mood model."""
        command = (self.python, "-m", "router", "train-mood")
        return Program("mood", command, self.root, {"JIELI_DATA": str(self.data)})

    def actions(self) -> Program:
        """Describe the action server."""
        port = ("--port", str(self.actions_port))
        command = ("-m", "rasa_sdk", "--actions", "bot.actions", *port, "--quiet")
        return Program(
            "actions", (str(self.bot_python), *command), self.root, self._bot_environment()
        )

    def bot(self, model: str, port: int | None = None) -> Program:
        """Describe a bot process with one model's file, by default at the bot's own port."""
        command = (
            *("-m", "bot.serve", "--model", str(self.models / model)),
            *("--host", "127.0.0.1", "--port", str(port or self.bot_port)),
            *("--actions-url", f"{self.actions_url}/webhook"),
        )
        environment = {**self._bot_environment(), **ONE_THREAD}
        return Program("bot", (str(self.bot_python), *command), self.root, environment)

    def training(self, export: Path, out: Path, name: str, figures: Path | None = None) -> Program:
        """Describe the training of a model from an exported release.

        What it reads of the training text unseen goes to `figures`.
        """
        command: tuple[str, ...] = (
            *("-m", "bot.train", "--export", str(export)),
            *("--out", str(out), "--name", name),
        )
        if figures is not None:
            command += ("--figures", str(figures))
        environment = self._bot_environment()
        return Program("train", (str(self.bot_python), *command), self.root, environment)

    def _router_environment(self) -> dict[str, str]:
        environment = {
            **self.settings,
            "JIELI_HOST": self.host,
            "JIELI_PORT": str(self.port),
            "JIELI_DATA": str(self.data),
            "JIELI_SERVICE_TOKEN": self.token,
        }
        if self.local_bot:
            environment["JIELI_BOT_URL"] = self.bot_url
        return environment

    def _bot_environment(self) -> dict[str, str]:
        return {
            "JIELI_ROUTER_URL": self.router_url,
            "JIELI_SERVICE_TOKEN": self.token,
            "RASA_TELEMETRY_ENABLED": "false",
            "TF_CPP_MIN_LOG_LEVEL": "2",
            "PYTHONWARNINGS": "ignore",
        }
