"""Importing from the UI: ask for the file, show how far it is, say what came of it."""

from pathlib import Path

from tokentui.domain.errors import TokenTuiError
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
    app, desk = page.app, page.workplace.desk
    await app.push_screen(progress)
    try:
        return await page.workplace.perform(
            lambda: import_file(
                desk,
                Path(request.path).expanduser(),
                authentication=kind,
                dry_run=request.dry_run,
                progress=lambda share: app.call_from_thread(progress.reached, share),
                cancelled=lambda: progress.stopped,
            )
        )
    finally:
        await progress.dismiss()
