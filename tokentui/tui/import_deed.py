"""Importing from the UI: ask for the file, show how far it is, say what came of it."""

from pathlib import Path

from tokentui.domain.errors import ImportRefused, TokenTuiError
from tokentui.domain.slots import Authentication
from tokentui.services.importing import import_file
from tokentui.services.intake.report import ImportReport, WouldCutOff
from tokentui.tui.dialogs.confirm import Question
from tokentui.tui.dialogs.import_file import AS_DECLARED, ImportDialog, ImportProgress, ImportRequest, ImportResult
from tokentui.tui.import_lines import cut_lines, told
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
            report = await _import_asking(page, request)
        except TokenTuiError as refused:
            error = str(refused)
            continue
        if report is None:
            error = ""
            continue
        page.store_changed()
        await page.app.push_screen_wait(ImportResult(*told(report, request.dry_run)))
        return


async def _import_asking(page: AnyPage, request: ImportRequest) -> ImportReport | None:
    """Ask first where it would cut somebody off; None where that is not wanted."""
    try:
        return await _import(page, request, may_cut=False)
    except WouldCutOff as cut:
        if not await page.ask(Question(f"Import {Path(request.path).name}?", cut_lines(cut.report), "Import")):
            return None
    return await _import(page, request, may_cut=True)


async def _import(page: AnyPage, request: ImportRequest, *, may_cut: bool) -> ImportReport:
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
                may_cut=may_cut,
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
