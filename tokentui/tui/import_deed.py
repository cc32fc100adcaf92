"""Importing from the UI: ask for the file, show how far it is, say what came of it."""

from pathlib import Path

from tokentui.domain.errors import ImportRefused, TokenTuiError
from tokentui.domain.slots import Authentication
from tokentui.services.importing import import_file
from tokentui.services.intake.report import ImportReport
from tokentui.tui.dialogs.import_file import AS_DECLARED, ImportDialog, ImportProgress, ImportRequest, ImportResult
from tokentui.tui.import_lines import told
from tokentui.tui.screens.page_screen import AnyPage


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
