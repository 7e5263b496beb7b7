"""The ledger in PostgreSQL: its tables, its roles, its secrets, and what a server may do to it."""

import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, unquote

import psycopg
import pytest

from satops.adapters.stores.open import open_store
from satops.adapters.stores.postgresql import MIGRATIONS, OF_ORDER, PAGE_LINES, PostgresStore
from satops.adapters.stores.postgresql_server import DEFAULT_LEDGER, parse_address
from satops.core.ledger.chain import GENESIS, Head
from satops.core.ledger.events import SubmissionRejected
from satops.errors import HeadMoved, LedgerMissing, StoreUnreachable, UsageError
from tests.chains import chain, ledger_of, placed, started
from tests.net.postgresql_echo import echoing
from tests.net.wire import Exchange, Wire
from tests.servers.fleet import Servers
from tests.servers.postgresql import PASSWORD, SUPERUSER, PostgreSQL

GRANTS = Path(__file__).parents[2] / "docs" / "stores.md"
READER, WRITER = "satops_reader", "satops_writer"


@pytest.fixture
def server(servers: Servers) -> PostgreSQL:
    return servers.postgresql()


@pytest.fixture
def database(server: PostgreSQL) -> str:
    return server.database()


@pytest.fixture
def store(server: PostgreSQL, database: str) -> PostgresStore:
    """Return a store whose ledger has begun."""
    opened = _store(server.address(database))
    opened.append(started()[0], GENESIS)
    return opened


@pytest.fixture
def roles(server: PostgreSQL, database: str, store: PostgresStore) -> Iterator[None]:
    """Make the two roles just as docs/stores.md says."""
    text = GRANTS.read_text("utf-8")
    grants = text.partition("```sql\n")[2].partition("```")[0]
    server.run(database, *(part for part in grants.split(";") if part.strip()))
    yield
    for role in (READER, WRITER):
        server.run(database, f"DROP OWNED BY {role}", f"DROP ROLE {role}")


def _store(address: str, **options: object) -> PostgresStore:
    parsed = parse_address(address.removeprefix("postgresql:"))
    return PostgresStore(parsed.conninfo, parsed.ledger, shown=parsed.shown, **options)  # type: ignore[arg-type]


def _next(name: str = "a") -> tuple[list[bytes], Head]:
    return chain(placed(name), head=started()[1])


def test_several_ledgers_share_a_database_by_name(server: PostgreSQL, database: str) -> None:
    address = server.address(database)
    unnamed, team_a, team_b = (_store(f"{address}{name}") for name in ("", "#team-a", "#team-b"))
    for store in (unnamed, team_a):
        store.append(started()[0], GENESIS)
    team_a.append(_next()[0], started()[1].digest)
    assert len(list(unnamed.read())) == 1
    assert len(list(team_a.read())) == 2
    with pytest.raises(LedgerMissing):
        list(team_b.read())
    assert list(_store(f"{address}#{DEFAULT_LEDGER}").read()) == list(unnamed.read())


@pytest.mark.parametrize("rest", ["", "db", "/db", "//h/db#Team", "//h/db#a b", "//h/db#a#b"])
def test_an_address_that_names_no_ledger_is_refused(rest: str) -> None:
    with pytest.raises(UsageError, match="postgresql://HOST/DATABASE#LEDGER"):
        parse_address(rest)


@pytest.mark.parametrize(
    "address",
    [
        "//ada:s3cret@db.example.org/orders#team-a",
        "//ada@db.example.org/orders?password=s3cret#team-a",
        "//ada@db.example.org/orders?sslpassword=s3cret&sslmode=verify-full#team-a",
        "//:s3cret@a.example.org:5432,b.example.org:5433/orders#team-a",
    ],
)
def test_no_form_of_an_address_shows_a_password(address: str) -> None:
    parsed = parse_address(address)
    assert parsed.has_password
    assert "s3cret" in parsed.conninfo
    for shown in (
        parsed.shown,
        repr(parsed),
        str(parsed),
        open_store(f"postgresql:{address}", Path()).address,
    ):
        assert "s3cret" not in shown
        assert "example.org" in shown
        assert shown.rstrip(")").endswith("/orders#team-a") or "sslmode=verify-full#team-a" in shown


def test_a_password_in_no_message_when_the_server_refuses_it(server: PostgreSQL) -> None:
    wrong = quote("s3cret#1", safe="")
    store = _store(f"postgresql://{SUPERUSER}:{wrong}@127.0.0.1:{server.port}/postgres")
    with pytest.raises(StoreUnreachable, match="password authentication failed") as caught:
        list(store.read())
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_password_comes_from_the_environment_or_a_file_as_for_libpq(
    server: PostgreSQL,
    database: str,
    store: PostgresStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    over_tcp = _store(f"postgresql://{SUPERUSER}@127.0.0.1:{server.port}/{database}")
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "pgpass"))
    with pytest.raises(StoreUnreachable, match="no password supplied"):
        list(over_tcp.read())
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    assert list(over_tcp.read()) == list(store.read())
    monkeypatch.delenv("PGPASSWORD")
    (tmp_path / "pgpass").write_text(f"127.0.0.1:{server.port}:*:{SUPERUSER}:{PASSWORD}\n")
    (tmp_path / "pgpass").chmod(0o600)
    again = _store(f"postgresql://{SUPERUSER}@127.0.0.1:{server.port}/{database}")
    assert list(again.read()) == list(store.read())


def test_a_service_file_names_the_database(
    server: PostgreSQL,
    database: str,
    store: PostgresStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    services = tmp_path / "services"
    services.write_text(
        f"[orders]\nhost={server.sockets}\nport={server.port}\ndbname={database}\nuser={SUPERUSER}\n"
    )
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    assert list(_store("postgresql://?service=orders").read()) == list(store.read())


def test_a_server_that_is_not_there_is_unreachable_and_not_an_empty_ledger(
    server: PostgreSQL,
) -> None:
    for address in ("postgresql://127.0.0.1:1/x", server.address("no_such_database")):
        with pytest.raises(StoreUnreachable, match="cannot be reached"):
            list(_store(address).read())
        with pytest.raises(StoreUnreachable, match="cannot be reached"):
            _store(address).append(started()[0], GENESIS)


@pytest.mark.usefixtures("roles")
def test_a_reader_can_read_and_nothing_else(
    server: PostgreSQL, database: str, store: PostgresStore
) -> None:
    reader = _store(server.address(database, READER))
    assert list(reader.read()) == list(store.read())
    with pytest.raises(StoreUnreachable, match=r"was not written: permission denied"):
        reader.append(_next()[0], started()[1].digest)
    assert list(store.read()) == started()[0]


@pytest.mark.usefixtures("roles")
def test_a_writer_can_append_and_can_neither_change_nor_delete(
    server: PostgreSQL, database: str, store: PostgresStore
) -> None:
    writer = _store(server.address(database, WRITER))
    writer.append(_next()[0], started()[1].digest)
    with psycopg.connect(server.address(database, WRITER), autocommit=True) as connection:
        for statement in (
            "UPDATE satops.events SET line = ''",
            "DELETE FROM satops.events",
            "TRUNCATE satops.events",
            "DROP TABLE satops.events",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())
    assert len(list(store.read())) == 2


@pytest.mark.usefixtures("roles")
def test_a_writer_can_begin_a_ledger_in_tables_that_are_there(
    server: PostgreSQL, database: str
) -> None:
    writer = _store(server.address(database, WRITER) + "#another")
    writer.append(started()[0], GENESIS)
    assert list(writer.read()) == started()[0]


def test_a_newer_schema_is_refused_and_an_older_one_is_brought_forward(
    server: PostgreSQL, database: str, store: PostgresStore
) -> None:
    known = len(MIGRATIONS)
    newer = (*MIGRATIONS, "ALTER TABLE satops.events ADD COLUMN note text")
    ahead = _store(server.address(database), migrations=newer)
    older = rf"(?s)version {known}, .* needs {known + 1}.*ledger start"
    with pytest.raises(StoreUnreachable, match=older):
        ahead.append(_next()[0], started()[1].digest)
    with pytest.raises(HeadMoved):
        ahead.append(started()[0], GENESIS)  # as `satops ledger start` does
    ahead.append(_next()[0], started()[1].digest)
    late = _store(server.address(database))
    for attempt in (lambda: list(late.read()), lambda: late.append(started()[0], GENESIS)):
        with pytest.raises(StoreUnreachable, match=f"satops knows them up to {known}"):
            attempt()
    assert len(list(ahead.read())) == 2


def test_the_events_of_one_order_are_found_by_an_index(
    server: PostgreSQL, database: str, store: PostgresStore
) -> None:
    lines, head = ledger_of(500)
    big = _store(server.address(database) + "#big")
    big.append(lines, GENESIS)
    more, _ = chain(placed("a.b_c-d"), placed("order-00001"), head=head)
    big.append(more, head.digest)
    for name in ("order-000000", "order-000017", "order-000499", "a.b_c-d", "order-00001"):
        own = [line for line in lines + more if f'"name":"{name}"'.encode() in line]
        assert own
        assert list(big.about(name)) == own
    assert list(big.about("order-")) == []
    for name in ("", '"', "%s", "ü", "x" * 1000):
        assert list(big.about(name)) == []
    with pytest.raises(LedgerMissing):
        _store(server.address(database) + "#none").about("a")
    server.run(database, "VACUUM ANALYZE satops.events")
    query = f"SELECT line FROM satops.events WHERE ledger = 'big' AND {OF_ORDER} = 'order-000017'"
    explained = server.run(database, f"EXPLAIN ANALYZE {query} ORDER BY seq")
    assert "events_of_order" in str(explained)
    assert "Seq Scan" not in str(explained)


def test_a_name_in_the_words_of_another_event_is_not_taken_for_its_own(
    store: PostgresStore,
) -> None:
    rejected = SubmissionRejected("a", 1, 400, 'not {"name":"b"}')
    lines, _ = chain(rejected, placed("b"), head=started()[1])
    store.append(lines, started()[1].digest)
    assert list(store.about("a")) == lines[:1]
    assert list(store.about("b")) == lines[1:]


def test_the_orders_of_an_older_schema_are_found_by_the_index_too(
    server: PostgreSQL, database: str
) -> None:
    old = _store(server.address(database), migrations=MIGRATIONS[:1])
    lines, _ = ledger_of(3)
    old.append(lines, GENESIS)
    new = _store(server.address(database))
    with pytest.raises(HeadMoved):
        new.append(started()[0], GENESIS)  # as `satops ledger start` does
    assert list(new.about("order-000001")) == lines[4:6]
    assert list(new.read()) == lines


def test_one_event_is_read_without_a_thousand_others(
    server: PostgreSQL, database: str, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines, _ = ledger_of(PAGE_LINES)
    _store(server.address(database)).append(lines, GENESIS)
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    far = _store(f"postgresql://{SUPERUSER}@127.0.0.1:{wire.port}/{database}?sslmode=disable")
    came: list[int] = []

    def count(_: Exchange, chunk: bytes) -> bytes:
        came.append(len(chunk))
        return chunk

    wire.to_client = count
    assert next(iter(far.read(after=700))) == lines[700]
    assert sum(came) < 50 * len(lines[700])


def test_a_migration_that_fails_leaves_nothing_behind(server: PostgreSQL, database: str) -> None:
    broken = _store(server.address(database), migrations=(*MIGRATIONS, "SELECT no_such_thing"))
    with pytest.raises(StoreUnreachable, match="no_such_thing"):
        broken.append(started()[0], GENESIS)
    assert server.run(database, "SELECT 1 FROM pg_namespace WHERE nspname = 'satops'") == []


def test_a_commit_is_on_the_disk_also_where_the_database_says_otherwise(
    server: PostgreSQL, database: str
) -> None:
    server.run(database, f"ALTER DATABASE {database} SET synchronous_commit = off")
    store = _store(server.address(database))
    store.append(started()[0], GENESIS)
    noted = """
        CREATE TABLE noted (setting text);
        CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO noted VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER noting AFTER INSERT ON satops.events
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note()
    """
    server.run(database, noted)
    store.append(_next()[0], started()[1].digest)
    assert server.run(database, "SELECT setting FROM noted") == [("on",)]


def test_an_append_that_the_server_rolls_back_is_tried_again(
    server: PostgreSQL, database: str, store: PostgresStore
) -> None:
    server.run(
        database,
        """
        CREATE SEQUENCE tries;
        CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF nextval('tries') < 3 THEN
                RAISE EXCEPTION 'could not serialize access' USING ERRCODE = '40001';
            END IF; RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER failing AFTER INSERT ON satops.events
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail()
        """,
    )
    store.append(_next()[0], started()[1].digest)
    assert len(list(store.read())) == 2
    server.run(database, "ALTER SEQUENCE tries RESTART MINVALUE -1000 START -1000")
    more, _ = chain(placed("b"), head=_next()[1])
    with pytest.raises(StoreUnreachable, match="was not written: the database rolled"):
        store.append(more, _next()[1].digest)
    assert len(list(store.read())) == 2


def test_a_reader_of_many_events_keeps_few_of_them_in_memory(store: PostgresStore) -> None:
    lines, _ = ledger_of(PAGE_LINES * 5)
    store = _store(store._database._conninfo + "#many")
    store.append(lines, GENESIS)
    size = sum(map(len, lines))
    tracemalloc.start()
    try:
        assert sum(map(len, store.read())) == size
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < size / 3


def test_a_standby_is_refused_since_it_may_lag_behind(
    server: PostgreSQL, database: str, store: PostgresStore
) -> None:
    # The server is the primary: the function that tells stands before the server's own.
    server.run(
        database,
        "CREATE SCHEMA pretends",
        "CREATE FUNCTION pretends.pg_is_in_recovery() RETURNS bool LANGUAGE sql AS 'SELECT true'",
        f"ALTER DATABASE {database} SET search_path = pretends, pg_catalog",
    )
    with pytest.raises(StoreUnreachable, match=r"standby.*target_session_attrs=primary"):
        list(_store(server.address(database)).read())


def test_without_the_package_the_command_that_installs_it_is_named() -> None:
    script = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from pathlib import Path\n"
        "from satops.adapters.stores.open import open_store\n"
        "try:\n    open_store('postgresql://h/db', Path())\n"
        "except Exception as error:\n    print(type(error).__name__, error)\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("UsageError")
    assert "pip install 'satops[postgresql]'" in ran.stdout


# What the network may do.  COMMIT is the last thing that an append sends.


@pytest.fixture
def wire(server: PostgreSQL) -> Iterator[Wire]:
    with Wire(server.port) as wire:
        yield wire


@pytest.fixture
def open_far(
    wire: Wire, database: str, store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> Callable[[int], PostgresStore]:
    """Return what opens the same ledger over the wire, with so many seconds for each answer."""
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    at = f"postgresql://{SUPERUSER}@127.0.0.1:{wire.port}/{database}?sslmode=disable"

    def opened(answer_s: int) -> PostgresStore:
        far = _store(f"{at}&connect_timeout={answer_s}", answer_s=answer_s)
        assert list(far.read()) == list(store.read())
        return far

    return opened


@pytest.fixture
def far(open_far: Callable[[int], PostgresStore]) -> PostgresStore:
    """Return the store of the same ledger, over the wire, with a connection that is open."""
    return open_far(120)


def test_a_lost_answer_to_the_commit_is_not_called_written_or_not(
    far: PostgresStore, store: PostgresStore, wire: Wire
) -> None:
    def lose(exchange: Exchange, chunk: bytes) -> bytes | None:
        if b"COMMIT" in chunk and b"INSERT" not in chunk:
            exchange.cut()
            return None
        return chunk

    wire.to_client = lose
    with pytest.raises(StoreUnreachable, match="It is not known whether"):
        far.append(_next()[0], started()[1].digest)
    assert list(store.read()) == started()[0] + _next()[0]
    # The next call makes a connection of its own, and shows what became of it.
    wire.to_client = lambda _, chunk: chunk
    assert list(far.read()) == list(store.read())


@pytest.mark.parametrize("before", [b"set_config", b"ORDER BY seq DESC", b"INSERT INTO", b"COMMIT"])
def test_a_connection_that_is_cut_before_the_commit_arrives_writes_nothing(
    far: PostgresStore, store: PostgresStore, wire: Wire, before: bytes
) -> None:
    def cut(exchange: Exchange, chunk: bytes) -> bytes | None:
        if before in chunk:
            exchange.cut()
            return None
        return chunk

    wire.to_server = cut
    with pytest.raises(StoreUnreachable):
        far.append(_next()[0], started()[1].digest)
    wire.to_server = lambda _, chunk: chunk
    # Nothing of the half append stands in the way of the next one.
    far.append(_next()[0], started()[1].digest)
    assert list(store.read()) == started()[0] + _next()[0]


def test_a_server_that_keeps_silent_is_given_up(
    open_far: Callable[[int], PostgresStore], wire: Wire
) -> None:
    far = open_far(3)
    wire.to_client = lambda _, chunk: b""
    with pytest.raises(StoreUnreachable):
        list(far.read())
    with pytest.raises(StoreUnreachable):
        far.append(_next()[0], started()[1].digest)


def test_an_idle_connection_that_was_cut_is_made_again(
    far: PostgresStore, server: PostgreSQL, store: PostgresStore, wire: Wire
) -> None:
    server.run(
        "postgres",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE client_port IS NOT NULL "
        "AND client_addr IS NOT NULL AND pid <> pg_backend_pid()",
    )
    far.append(_next()[0], started()[1].digest)
    assert wire.connections == 2
    assert list(store.read()) == started()[0] + _next()[0]


# What stands in the database or in the address, and must change nothing.

HOSTILE = b'{"a":"\\\\ \\u0041 \'quoted\' %s %% $1 {x} \xc3\xa9 \\\\x41"}'
"""A line with all that a server or a library could take for something else."""


@pytest.mark.parametrize(
    "setting",
    [
        "standard_conforming_strings = off", "bytea_output = 'escape'",
        "client_encoding = 'LATIN1'",
        "backslash_quote = on", "escape_string_warning = off", "array_nulls = off",
        "default_transaction_isolation = 'serializable'", "search_path = shadow, pg_catalog",
        "extra_float_digits = 0", "plan_cache_mode = force_generic_plan",
    ],
)  # fmt: skip
def test_a_setting_that_the_database_gets_later_changes_no_byte(
    server: PostgreSQL, database: str, store: PostgresStore, setting: str
) -> None:
    server.run(
        database,
        "CREATE SCHEMA shadow",
        "CREATE FUNCTION shadow.unnest(bytea[]) RETURNS SETOF bytea LANGUAGE sql AS "
        "$$ SELECT 'shadowed'::bytea $$",
        f"ALTER DATABASE {database} SET {setting}",
    )
    lines, head = chain(placed("a", order_no="\\x41\\'\\\"é"), head=started()[1])
    later = _store(server.address(database))
    later.append(lines, started()[1].digest)
    later.append([HOSTILE, HOSTILE], head.digest)
    assert list(later.read()) == [*started()[0], *lines, HOSTILE, HOSTILE]
    kept = server.run(database, "SELECT line FROM satops.events ORDER BY seq")
    assert [line for (line,) in kept] == [*started()[0], *lines, HOSTILE, HOSTILE]


CHANGES = {
    "another line": "BEGIN NEW.line = NEW.line || '\\x20'::bytea; RETURN NEW; END",
    "no line": "BEGIN RETURN NULL; END",
    "another ledger": "BEGIN NEW.ledger = 'another'; RETURN NEW; END",
    "another number": "BEGIN NEW.seq = NEW.seq + 7; RETURN NEW; END",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_the_database_would_keep_otherwise_is_rolled_back(
    server: PostgreSQL, database: str, store: PostgresStore, change: str
) -> None:
    server.run(
        database,
        f"CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS $f${change}$f$",
        "CREATE TRIGGER changing BEFORE INSERT ON satops.events FOR EACH ROW "
        "EXECUTE FUNCTION change()",
    )
    with pytest.raises(StoreUnreachable, match=r"was not written: .*triggers and rules"):
        store.append(_next()[0], started()[1].digest)
    assert server.run(database, "SELECT line FROM satops.events") == [(started()[0][0],)]


def test_what_is_changed_after_it_was_written_is_rolled_back(
    server: PostgreSQL, database: str, store: PostgresStore
) -> None:
    server.run(
        database,
        "CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS $f$BEGIN "
        "UPDATE satops.events SET line = '\\x7b7d' WHERE seq = NEW.seq; RETURN NULL; END$f$",
        "CREATE TRIGGER changing AFTER INSERT ON satops.events FOR EACH ROW "
        "EXECUTE FUNCTION change()",
    )
    with pytest.raises(StoreUnreachable, match="was not written"):
        store.append(_next()[0], started()[1].digest)
    server.run(database, "DROP TRIGGER changing ON satops.events")
    server.run(
        database,
        "CREATE RULE more AS ON INSERT TO satops.events DO ALSO "
        "UPDATE satops.events SET line = '\\x7b7d' WHERE ledger = NEW.ledger",
    )
    with pytest.raises(StoreUnreachable, match="was not written"):
        store.append(_next()[0], started()[1].digest)
    assert server.run(database, "SELECT line FROM satops.events") == [(started()[0][0],)]


@pytest.mark.parametrize(
    "query",
    [
        "options=-c%20synchronous_commit%3Doff", "options=-csession_replication_role%3Dreplica",
        "passfile=/tmp/hush", "servicefile=/tmp/hush", "replication=database", "hush", "hush=1",
        "SSLMODE=disable", "sslmode=disable&sslmode=require", "client_encoding=LATIN1", "dbname",
        "krbsrvname=hush", "gsslib=hush", "requirepeer=hush", "fallback_application_name=x",
    ],
)  # fmt: skip
def test_of_an_address_only_parameters_that_are_known_are_taken(query: str) -> None:
    if query == "dbname":
        assert parse_address(f"//h/db?{query}").shown == "postgresql://h/db?dbname=#satops"
        return
    with pytest.raises(UsageError, match="Known are: application_name") as caught:
        parse_address(f"//h/db?{query}")
    assert "hush" not in str(caught.value)


PASSWORDS = [
    "hu/sh",
    "hu#sh",
    "hu?sh",
    "hu sh",
    "hu@sh",
    "hu%sh",
    "hu%2",
    "hu[sh",
    "hu:s/h",
    "hu=@",
]


@pytest.mark.parametrize("password", PASSWORDS)
@pytest.mark.parametrize(
    "address", ["//ada:{}@h/db", "//ada:{}@h:5432/db#team", "//:{}@h", "//{}:{}@h,i/d"]
)
def test_a_password_that_ends_the_address_is_refused_and_no_part_of_it_shown(
    password: str, address: str
) -> None:
    rest = address.format(password, password)
    with pytest.raises(UsageError, match=r"%2F %3F %23 %40|Known are") as caught:
        parse_address(rest)
    with pytest.raises(UsageError) as opened:
        open_store(f"postgresql:{rest}", Path())
    for shown in (str(caught.value), str(opened.value)):
        assert "hu" not in shown.replace("shown", "").replace("thus", "")


@pytest.mark.parametrize(
    "password", ["hush%2Fhush", "hush%23%20%40hush", "hush:hush", "hush;hush'\"(", "%68ush%25hush"]
)
def test_a_server_that_repeats_a_password_brings_it_into_no_message(
    password: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with echoing() as port:
        address = f"postgresql://ada:{password}@127.0.0.1:{port}/db?sslmode=disable"
        stores = [_store(address)]
        with pytest.raises(StoreUnreachable, match=r"it was <\[password\]>") as caught:
            list(stores[0].read())
        monkeypatch.setenv("PGPASSWORD", unquote(password))
        fresh = _store(f"postgresql://ada@127.0.0.1:{port}/db?sslmode=disable")
        with pytest.raises(StoreUnreachable, match=r"it was <\[password\]>") as again:
            list(fresh.read())
        monkeypatch.delenv("PGPASSWORD")
        services = tmp_path / "services"
        services.write_text(f"[x]\nhost=127.0.0.1\nport={port}\npassword={unquote(password)}\n")
        monkeypatch.setenv("PGSERVICEFILE", str(services))
        monkeypatch.setenv("PGSERVICE", "x")
        with pytest.raises(StoreUnreachable, match=r"it was <\[password\]>") as third:
            list(_store("postgresql://ada@/db?sslmode=disable").read())
        monkeypatch.delenv("PGSERVICE")
        kept = tmp_path / "pgpass"
        kept.write_text("*:*:*:*:hush-of-a-file\n")
        kept.chmod(0o600)
        monkeypatch.setenv("PGPASSFILE", str(kept))
        of_file = _store(f"postgresql://ada@127.0.0.1:{port}/db?sslmode=disable")
        with pytest.raises(StoreUnreachable, match=r"it was <\[password\]>") as fourth:
            list(of_file.read())
    for told in (caught, again, third, fourth):
        assert "hush" not in str(told.value)


def test_a_connection_string_that_libpq_cannot_read_is_not_repeated() -> None:
    store = PostgresStore("postgresql://ada:hush hush@h/db", "x", shown="postgresql://h/db#x")
    with pytest.raises(StoreUnreachable) as caught:
        list(store.read())
    assert "hush" not in str(caught.value)
