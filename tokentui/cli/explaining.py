"""`tokentui explain`: would this request pass, and why."""

from typing import TYPE_CHECKING, Any

import click

from tokentui.cli.compose import Office
from tokentui.cli.failures import holds_values
from tokentui.cli.options import as_json, tell_of_no_store
from tokentui.cli.output import print_json, print_lines
from tokentui.cli.token_value import read_value

if TYPE_CHECKING:
    from tokentui.services.explaining import Explanation

#: The exit code for a request that would be refused.
DENIED = 1


@click.command(
    "explain",
    context_settings={"allow_extra_args": True},
    epilog="""\b
Examples:
  tokentui explain GET /api/endpoint/stock/goods-in --from 10.0.0.5 --token-stdin < token.txt
  tokentui explain POST /pets/7 --json | jq -r .reason""",
)
@click.argument("method")
@click.argument("target")
@click.option("--token-stdin", is_flag=True, help="Send the token that stdin holds, as Authorization: Bearer.")
@click.option(
    "--from", "client", default="", metavar="IP", help="The client's address; unknown to an IP filter unless said."
)
@as_json
@click.pass_context
@holds_values
def explain(ctx: click.Context, *, method: str, target: str, token_stdin: bool, client: str, as_json: bool) -> None:
    """Tell whether a request would pass now, the rule that decides it, and the records that rests on.

    TARGET is a path, with a query or without. Exit code 0: allowed, 1: denied. A token is never printed, nor taken
    from an argument; an access_token that stands in TARGET all the same is seen by other users of the machine.
    """
    from tokentui.services import explaining

    if ctx.args:
        raise click.UsageError("One METHOD and one TARGET only; a token is read with --token-stdin", ctx)
    office = ctx.find_object(Office)
    assert office is not None
    token = read_value("-") if token_stdin else None
    reader = office.reader()
    call = explaining.Call(method, target, token, client.strip())
    explanation = explaining.explain(office.desk, reader, call)
    tell_of_no_store(office)
    if as_json:
        print_json(_shape(explanation))
    else:
        print_lines(_lines(explanation))
    if not explanation.decision.allowed:
        ctx.exit(DENIED)


def _sentence(explanation: "Explanation") -> str:
    return f"{explanation.sentence} Give it with --from." if explanation.address_unknown else explanation.sentence


def _shape(explanation: "Explanation") -> dict[str, Any]:
    """What a decision does not know is null."""
    decision = explanation.decision
    return {
        "allowed": decision.allowed,
        "status": decision.status,
        "reason": decision.reason,
        "endpoint": decision.endpoint.ref if decision.endpoint else None,
        "slot": decision.slot,
        "token": decision.token_name or None,
        "kind": decision.kind or None,
        "rule": decision.rule,
        "error": decision.error or None,
        "explanation": _sentence(explanation),
        "steps": [{"rule": each.rule, "passed": each.passed, "text": each.text} for each in explanation.steps],
    }


def _lines(explanation: "Explanation") -> list[str]:
    decision = explanation.decision
    verdict = "allowed" if decision.allowed else "denied"
    head = f"{verdict}  {decision.status} {decision.reason}: {_sentence(explanation)}"
    return [head, *(f"{each.mark} {each.rule}  {each.text}" for each in explanation.steps)]
