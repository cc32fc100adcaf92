"""IP filters: addresses and CIDR of both versions; v4-mapped v6 counts as v4; empty or `*` is anywhere."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokentui.domain.address import AddressFilter, check_ip_filter
from tokentui.domain.errors import InvalidIpFilter


@pytest.mark.parametrize("entries", [[], [""], [" ", ""], ["*"], [" * "], ["10.0.0.0/8", "*"]])
def test_nothing_and_a_star_mean_anywhere(entries: list[str]) -> None:
    assert check_ip_filter(entries) == ()
    anywhere = AddressFilter(entries)
    assert anywhere.admits("10.0.0.1")
    assert anywhere.admits("2001:db8::1")
    assert anywhere.admits("not an address")
    assert anywhere.admits("")


@pytest.mark.parametrize(
    ("given_entry", "kept"),
    [
        (" 10.0.0.7 ", "10.0.0.7"),
        ("10.0.0.7/32", "10.0.0.7"),
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("2001:db8::1/128", "2001:db8::1"),
        ("2001:db8::/32", "2001:db8::/32"),
        ("::/0", "::/0"),
        ("::ffff:10.0.0.7", "10.0.0.7"),
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
        ("::ffff:0:0/96", "0.0.0.0/0"),
        ("::fffe:0:0/95", "::fffe:0:0/95"),
    ],
)
def test_an_entry_is_kept_normalised_and_v4_mapped_v6_becomes_v4(given_entry: str, kept: str) -> None:
    assert check_ip_filter([given_entry]) == (kept,)


def test_duplicates_are_dropped_and_the_order_stays() -> None:
    assert check_ip_filter(["::1", "10.0.0.1", "0:0::1", "10.0.0.1/32"]) == ("::1", "10.0.0.1")


@pytest.mark.parametrize(
    ("entry", "meant"),
    [("10.1.2.3/8", "10.0.0.0/8"), ("2001:db8::1/32", "2001:db8::/32"), ("::ffff:10.1.2.3/104", "10.0.0.0/8")],
)
def test_host_bits_in_a_network_are_refused_with_the_network_that_was_meant(entry: str, meant: str) -> None:
    with pytest.raises(InvalidIpFilter, match=f"write {meant}\\.") as caught:
        check_ip_filter([entry])
    assert caught.value.field == "ip_filter"


@pytest.mark.parametrize(
    "bad",
    [
        "localhost", "10.0.0", "10.0.0.256", "010.0.0.1", "10.0.0.1/33", "10.0.0.0/-1", "10.0.0.0/", "::1/129",
        "1", "/8",
        "10.0.0.0/255.0.0.0", "10.0.0.0/0.255.255.255", "fe80::1%eth0", "[::1]", "10.0.0.1:80", "10.0.0.1 10.0.0.2",
        "10.0.0.0/8/8", "::ffff:10.0.0.0/8x", "\x1b[2J", "10.0.0.0/٨",
    ],
)  # fmt: skip
def test_what_is_neither_address_nor_network_is_refused_for_the_field(bad: str) -> None:
    with pytest.raises(InvalidIpFilter) as caught:
        check_ip_filter(["10.0.0.1", bad])
    assert caught.value.field == "ip_filter"
    assert str(caught.value).isprintable()
    with pytest.raises(InvalidIpFilter):
        AddressFilter([bad])


def test_a_filter_admits_its_addresses_and_networks_of_both_versions() -> None:
    office = AddressFilter(["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"])
    for inside in ("10.0.0.0", "10.255.255.255", "192.0.2.7", "2001:db8::1", "2001:DB8:ffff::"):
        assert office.admits(inside)
    for outside in ("11.0.0.0", "9.255.255.255", "192.0.2.8", "2001:db9::", "::1", "::a00:1"):
        assert not office.admits(outside)


def test_a_v4_mapped_client_counts_as_v4() -> None:
    assert AddressFilter(["10.0.0.0/8"]).admits("::ffff:10.1.2.3")
    assert not AddressFilter(["::/0"]).admits("::ffff:10.1.2.3")
    assert AddressFilter(["::ffff:10.0.0.0/104"]).admits("10.1.2.3")


@pytest.mark.parametrize(
    "garbage", ["", "unix:", "10.0.0.1:80", " 10.0.0.1", "010.0.0.1", "10.0.0.1, 10.0.0.2", "\ud800", "1" * 99]
)
def test_what_is_no_address_is_outside_every_filter(garbage: str) -> None:
    assert not AddressFilter(["0.0.0.0/0", "::/0"]).admits(garbage)


ADDRESSES = st.ip_addresses().map(str)


@given(st.ip_addresses(v=4), st.integers(0, 32), st.ip_addresses(v=4))
def test_a_v4_network_admits_exactly_what_the_standard_library_says(
    base: ipaddress.IPv4Address, prefix: int, client: ipaddress.IPv4Address
) -> None:
    network = ipaddress.ip_network((base, prefix), strict=False)
    assert AddressFilter([str(network)]).admits(str(client)) == (client in network)
    assert AddressFilter([str(network)]).admits(f"::ffff:{client}") == (client in network)
    assert AddressFilter([str(network)]).admits(str(base))


@given(st.lists(ADDRESSES))
def test_a_checked_filter_is_kept_as_it_is_by_a_second_check(entries: list[str]) -> None:
    kept = check_ip_filter(entries)
    assert check_ip_filter(kept) == kept
