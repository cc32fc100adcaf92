"""Importing from the UI: ask for the file, show how far it is, say what came of it."""

from pathlib import Path

from tokentui.domain.errors import ImportRefused, TokenTuiError
from tokentui.domain.slots import Authentication
from tokentui.services.importing import Imported, ImportReport, import_file
from tokentui.tui.dialogs.import_file import AS_DECLARED, ImportDialog, ImportProgress, ImportRequest, ImportResult
from tokentui.tui.screens.page_screen import AnyPage
from tokentui.tui.words import amount


async def import_in_dialogs(page: AnyPage) -> None:
    """Until the file is imported or the user gives up; a file that is refused brings the dialog back."""
    request: ImportRequest | None = ImportRequest()
    error = ""
    while request is not None:
        request = await page.app.push_screen_wait(ImportDialog(request, error))
        if request is None:
            return
        try:
            report = await _import(page, request)
        except TokenTuiError as refused:
            error = str(refused)
            continue
        page.store_changed()
        await page.app.push_screen_wait(ImportResult(*told(report, request.dry_run)))
        return


async def _import(page: AnyPage, request: ImportRequest) -> ImportReport:
    progress = ImportProgress(request.path)
    kind = None if request.authentication == AS_DECLARED else Authentication(request.authentication)
    file, desk = _file(request.path), page.workplace.desk
    await page.app.push_screen(progress)
    try:
        return await page.workplace.perform(
            lambda: import_file(
                desk,
                file,
                authentication=kind,
                dry_run=request.dry_run,
                progress=progress.reached,
                cancelled=lambda: progress.stopped,
            )
        )
    finally:
        await progress.dismiss()


def _file(path: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise ImportRefused(f"{path}: there is no such user, so no home folder; write the path out.") from None


def told(report: ImportReport, dry_run: bool) -> tuple[str, tuple[str, ...]]:
    """Title and lines of what an import did, or would do."""
    title = "Nothing was saved: a trial" if dry_run else "Imported"
    lines = [
        f"{amount(len(report.added), 'endpoint')} {'to add' if dry_run else 'added'}",
        f"{len(report.changed):,} {'to change' if dry_run else 'changed'}",
        f"{report.unchanged:,} unchanged",
        f"{len(report.skipped):,} skipped",
    ]
    for heading, names in (("Added", map(_line, report.added)), ("Changed", map(_line, report.changed))):
        rows = [f"  {name}" for name in names]
        lines += ["", heading, *rows] if rows else []
    if report.skipped:
        lines += ["", "Skipped", *(f"  {one.subject}: {one.reason}" for one in report.skipped)]
    return title, tuple(lines)


def _line(one: Imported) -> str:
    lost = f"  lost {' '.join(one.lost)}" if one.lost else ""
    return f"{one.subject}{lost}"
