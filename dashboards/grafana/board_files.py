"""All boards, and the JSON files that Grafana loads."""

from __future__ import annotations

import json
from collections.abc import Mapping

from surefoot.dashboards.grafana import coach_live, pods, run, runner_live, trends
from surefoot.dashboards.resources import resource_path

BOARDS_FOLDER = resource_path("grafana", "boards")
BOARDS = (coach_live.BOARD, runner_live.BOARD, run.BOARD, trends.BOARD, pods.BOARD)


def board_texts() -> Mapping[str, str]:
    """File name → JSON text of each board."""
    return {f"{board.uid}.json": json.dumps(board.json(), indent=1, ensure_ascii=False) + "\n" for board in BOARDS}
