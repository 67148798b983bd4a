"""Collects which tests prove which policy clauses, for ``workbench policy conformance``.

A test names the clauses it proves: ``@pytest.mark.clause("clovis-ca:462.5(a)")``. A mark that names no clause of any
profile ends the run. What each marked test showed goes to reports/test-evidence.json, or to the file that
WORKBENCH_TEST_EVIDENCE names.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from workbench.policy.evidence import Outcome, Proof, default_path, merge, resolve

CLAUSES = "clauses"


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Evidence(config), "clause-evidence")


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Resolve the marks of what was collected; a wrong one is an error of its file, under xdist too."""
    report = yield
    wrong: list[str] = []
    for item in report.result or ():
        if isinstance(item, pytest.Item):
            item.user_properties.append((CLAUSES, _clauses(item, wrong)))
    if wrong:
        report.outcome = "failed"
        report.longrepr = "\n".join(dict.fromkeys(wrong))
        report.result = []
    return report


def _clauses(item: pytest.Item, wrong: list[str]) -> list[str]:
    found: dict[str, None] = {}
    for mark in item.iter_markers("clause"):
        for name in mark.args:
            try:
                found.update(dict.fromkeys(resolve(name)))
            except ValueError as error:
                wrong.append(f"{item.nodeid}: {error}")
    return list(found)


class Evidence:
    """Gathers outcomes in the one process that reports; under xdist the workers send theirs here."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.path = Path(os.environ.get("WORKBENCH_TEST_EVIDENCE") or default_path())
        self.collected: set[str] = set()
        self.broken: set[str] = set()
        self.clauses: dict[str, list[str]] = {}
        self.outcomes: dict[str, Outcome] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        self.collected.update(item.nodeid for item in items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        self.collected.update(ids)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.broken.add(report.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        node = report.nodeid
        properties: dict[str, Any] = dict(report.user_properties)
        self.clauses[node] = properties.get(CLAUSES, [])
        known = self.outcomes.get(node, "skipped")
        if report.failed or known == "failed":
            self.outcomes[node] = "failed"
        elif report.when == "call" and report.passed:
            self.outcomes[node] = "passed"
        else:
            self.outcomes[node] = known

    def pytest_sessionfinish(self) -> None:
        if self.config.option.collectonly:
            return
        fresh = [Proof.now(node, self.clauses[node], end) for node, end in self.outcomes.items()]
        merge(self.path, fresh, gone=self._gone)

    def _gone(self, node: str) -> bool:
        """Say whether a test of an earlier run no longer exists, or can no longer be collected."""
        file = node.partition("::")[0]
        if file in self.broken or not (self.config.rootpath / file).exists():
            return True
        options = self.config.option
        chosen = (
            options.keyword or options.markexpr or any("::" in each for each in self.config.args)
        )
        whole = {each.partition("::")[0] for each in self.collected}
        return not chosen and file in whole and node not in self.collected
