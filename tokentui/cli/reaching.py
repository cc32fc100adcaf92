"""What a cut of endpoint tokens hits: told beside what was done, or with `--dry-run` in its place."""

from tokentui.cli.output import counted, print_json, print_lines, talk
from tokentui.services.reach import Reach


def tell_reach(reach: Reach, done: str, *, dry_run: bool, as_json: bool) -> None:
    """Who is refused where, and how often they came lately: data on stdout, the sentence on stderr.

    `done` is the verb of what was done, or would be: `disabled`.
    """
    if as_json:
        print_json(_shape(reach))
    if dry_run:
        if not as_json:
            print_lines(reach.endpoints)
        talk(f"A dry run, nothing was done: {_would(reach, done)}.")
    elif reach.endpoints:
        talk(f"Refused at {reach.told}.")


def _would(reach: Reach, done: str) -> str:
    if not reach.tokens:
        return "nothing would be changed"
    token = "old value" if reach.old_values else "token"
    one = f"the old value of {reach.tokens[0]}" if reach.old_values else reach.tokens[0]
    who = one if len(reach.tokens) == 1 else counted(len(reach.tokens), token)
    return f"{who} would be {done}, {f'refused at {reach.told}' if reach.endpoints else 'and nobody cut off'}"


def _shape(reach: Reach) -> dict[str, object]:
    return {
        "tokens": reach.tokens,
        "endpoints": reach.endpoints,
        "slots": reach.slots,
        "calls_24h": reach.calls.number,
    }
