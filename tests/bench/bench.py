#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Speed as ratios, each measured in one run on one machine.

    tests/bench/bench.py [--dbsync build/release/dbsync] [--quick] [NAME ...]

Starts two PostgreSQL servers in a temporary folder (fsync on), runs the named measurements (all of
them without a name) and prints a table. Absolute times on a shared machine mean little; a ratio of
two things done back to back means something. --quick makes everything small: for trying the script.
Needs PostgreSQL with pgbench, pg_dump and psql (DBSYNC_PG_BIN, or the newest in /usr/lib/postgresql).
"""

import argparse
import glob
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

SETTINGS = """
listen_addresses='127.0.0.1'
shared_buffers=512MB
wal_level=logical
max_wal_size=4GB
fsync=on
synchronous_commit=on
work_mem=32MB
maintenance_work_mem=256MB
checkpoint_timeout=15min
random_page_cost=1.1
max_replication_slots=10
autovacuum=off
"""

rows = []
peak_kib = 0


def newest_bin():
    if os.environ.get("DBSYNC_PG_BIN"):
        return os.environ["DBSYNC_PG_BIN"]
    found = glob.glob("/usr/lib/postgresql/*/bin")
    if not found:
        sys.exit("bench: no PostgreSQL in /usr/lib/postgresql; install postgresql")
    return max(found, key=lambda path: int(path.split("/")[-2]))


def as_server_user(command):
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups",
            "--pdeathsig", "INT", "--"] + command


class Server:
    def __init__(self, folder, bin_folder):
        self.folder, self.bin = folder, bin_folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        os.makedirs(folder, mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        subprocess.run(as_server_user([f"{self.bin}/initdb", "-D", f"{folder}/data", "-U",
                                       "postgres", "-A", "trust", "--locale=C.UTF-8", "-E", "UTF8"]),
                       check=True, stdout=subprocess.DEVNULL, cwd="/")
        with open(f"{folder}/data/postgresql.conf", "a") as conf:
            conf.write(SETTINGS + f"port={self.port}\nunix_socket_directories='{folder}'\n")
        log = open(f"{folder}/log", "w")
        self.process = subprocess.Popen(as_server_user([f"{self.bin}/postgres", "-D",
                                                        f"{folder}/data"]),
                                        stdout=log, stderr=log, cwd="/")
        deadline = time.monotonic() + 30
        while subprocess.run([f"{self.bin}/pg_isready", "-q", "-h", "127.0.0.1", "-p",
                              str(self.port)]).returncode != 0:
            if time.monotonic() > deadline:
                sys.exit("bench: the server did not start")

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait()

    def url(self, db):
        return f"postgresql://postgres@127.0.0.1:{self.port}/{db}"

    def sql(self, db, text):
        done = subprocess.run([f"{self.bin}/psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d",
                               self.url(db)], input=text, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"bench: {text}\n{done.stderr}")
        return done.stdout.strip()

    def create(self, db, template="template1"):
        self.sql("postgres", f'DROP DATABASE IF EXISTS {db} WITH (FORCE)')
        self.sql("postgres", f'CREATE DATABASE {db} TEMPLATE {template}')

    def checkpoint(self):
        self.sql("postgres", "CHECKPOINT")

    def pgbench(self, db, *options):
        done = subprocess.run([f"{self.bin}/pgbench", "-h", "127.0.0.1", "-p", str(self.port),
                               "-U", "postgres", *options, db], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"bench: pgbench {options}: {done.stderr}")
        for line in done.stdout.splitlines():
            if line.startswith("tps ="):
                return float(line.split()[2])
        return 0.0


class Bench:
    def __init__(self, source, target, binary, folder, quick):
        self.a, self.b, self.binary, self.folder = source, target, binary, folder
        self.quick = quick
        self.jobs = 0

    def dbsync(self, job, *arguments, ok=(0,)):
        global peak_kib
        begun = time.monotonic()
        process = subprocess.Popen([self.binary, *arguments, "--job", job, "--state",
                                    f"{self.folder}/{job}.db", "--json", "--progress", "none"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        errors = []
        reader = threading.Thread(target=lambda: errors.append(process.stderr.read()))
        reader.start()
        output = process.stdout.read()
        reader.join()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - begun
        peak_kib = max(peak_kib, usage.ru_maxrss)
        if os.waitstatus_to_exitcode(status) not in ok:
            sys.exit(f"bench: dbsync {arguments}: {output.decode()}\n{errors[0].decode()}")
        return seconds, json.loads(output or b"{}")

    def ends(self, db, target=None):
        return ["--source", self.a.url(db), "--target", self.b.url(target or db)]

    def job(self):
        self.jobs += 1
        return f"bench{self.jobs}"

    def prepare(self, db, scale, with_history_key=True):
        self.a.create(db)
        self.a.pgbench(db, "-i", "-q", "-s", str(scale))
        if with_history_key:
            self.a.sql(db, "ALTER TABLE pgbench_history ADD COLUMN id bigserial PRIMARY KEY")
        self.a.sql(db, "VACUUM ANALYZE")

    def until(self, condition, seconds=900):
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                sys.exit("bench: waited too long")

    # ---- measurements -------------------------------------------------------------------------

    def capture_cost(self):
        """Writers' throughput, and bulk statements, with capture and without."""
        scale, seconds, rounds = (2, 3, 1) if self.quick else (20, 15, 5)
        self.prepare("cost_none", scale)
        self.a.create("cost_capture", "cost_none")
        self.b.create("cost_capture")
        self.dbsync(self.job(), "start-capture", *self.ends("cost_capture"))
        count = 20_000 if self.quick else 200_000
        work = {
            "tps": None,
            "update": f"UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid <= {count}",
            "insert": "INSERT INTO pgbench_accounts (aid, bid, abalance, filler) SELECT "
                      "(SELECT max(aid) FROM pgbench_accounts) + g, 1, 0, '' "
                      f"FROM generate_series(1, {count}) g",
        }
        ratios = {name: [] for name in work}
        for turn in range(rounds):
            for name, statement in work.items():
                got = {}
                order = ["cost_none", "cost_capture"]
                for db in order if turn % 2 == 0 else order[::-1]:
                    self.a.checkpoint()
                    if statement is None:
                        got[db] = self.a.pgbench(db, "-n", "-c", "8", "-j", "2", "-M", "prepared",
                                                 "-T", str(seconds))
                    else:
                        begun = time.monotonic()
                        self.a.sql(db, statement)
                        got[db] = time.monotonic() - begun
                ratios[name].append(got["cost_capture"] / got["cost_none"])
        self.row("pgbench TPC-B tps with capture / without", ratios["tps"], ">=", 0.80)
        self.row(f"{count:,}-row UPDATE with capture / without", ratios["update"], "<=", 1.35)
        self.row(f"{count:,}-row INSERT with capture / without", ratios["insert"], "<=", 1.15)

    def backlog(self, name, load, sentinel):
        """dbsync and native logical replication over the same backlog, one after the other."""
        job = self.job()
        self.b.create(name)
        self.b.create(f"{name}_native")
        # Not through this process: a child's peak memory begins with what its parent holds.
        dump = subprocess.Popen([f"{self.a.bin}/pg_dump", self.a.url(name)],
                                stdout=subprocess.PIPE)
        subprocess.run([f"{self.b.bin}/psql", "-Xq", "-d", self.b.url(f"{name}_native")],
                       stdin=dump.stdout, check=True, stdout=subprocess.DEVNULL)
        dump.stdout.close()
        dump.wait()
        self.dbsync(job, "start-capture", *self.ends(name))
        self.dbsync(job, "snapshot")
        self.dbsync(job, "catchup", "--until-lag", "0")
        tables = "pgbench_accounts, pgbench_branches, pgbench_tellers, pgbench_history"
        self.a.sql(name, f"CREATE PUBLICATION p FOR TABLE {tables}")
        self.a.sql(name, f"SELECT pg_create_logical_replication_slot('{name}', 'pgoutput')")
        self.b.sql(f"{name}_native",
                   f"CREATE SUBSCRIPTION {name} CONNECTION '{self.a.url(name)}' PUBLICATION p WITH "
                   f"(create_slot=false, slot_name='{name}', copy_data=false, enabled=false)")
        load()
        self.a.sql(name, sentinel)
        found = "SELECT count(*) FROM pgbench_branches WHERE bbalance = -987654321"
        for server in (self.a, self.b):
            server.checkpoint()
        ours, _ = self.dbsync(job, "catchup", "--until-lag", "0")
        if self.b.sql(name, found) != "1":
            sys.exit("bench: dbsync's catch-up did not bring the last row")
        for server in (self.a, self.b):
            server.checkpoint()
        begun = time.monotonic()
        self.b.sql(f"{name}_native", f"ALTER SUBSCRIPTION {name} ENABLE")
        self.until(lambda: self.b.sql(f"{name}_native", found) == "1")
        native = time.monotonic() - begun
        for query in ("SELECT count(*), sum(abalance) FROM pgbench_accounts",
                      "SELECT count(*), sum(delta) FROM pgbench_history"):
            if len({self.a.sql(name, query), self.b.sql(name, query),
                    self.b.sql(f"{name}_native", query)}) != 1:
                sys.exit("bench: the three databases differ after catching up")
        self.b.sql(f"{name}_native", f"ALTER SUBSCRIPTION {name} DISABLE; "
                   f"ALTER SUBSCRIPTION {name} SET (slot_name=NONE); DROP SUBSCRIPTION {name}")
        self.until(lambda: self.a.sql(name, "SELECT count(*) FROM pg_replication_slots WHERE "
                                      f"slot_name='{name}' AND active") == "0")
        self.a.sql(name, f"SELECT pg_drop_replication_slot('{name}')")
        return ours, native

    def catchup(self):
        """200,000 pgbench transactions."""
        transactions = 4_000 if self.quick else 200_000
        self.prepare("tpcb", 2 if self.quick else 20)
        ours, native = self.backlog(
            "tpcb",
            lambda: self.a.pgbench("tpcb", "-n", "-c", "8", "-j", "2", "-M", "prepared", "-t",
                                   str(transactions // 8)),
            "UPDATE pgbench_branches SET bbalance = -987654321 WHERE bid = 1")
        self.row(f"catch-up of {transactions:,} pgbench transactions: dbsync / native replication",
                 [ours / native], "<=", 0.8, f"{ours:.1f} s / {native:.1f} s")

    def hot_row(self):
        """One row updated over and over."""
        updates = 4_000 if self.quick else 200_000
        self.prepare("hot", 1)
        script = f"{self.folder}/hot.sql"
        with open(script, "w") as text:
            text.write("UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid = 1;\n")
        os.chmod(script, 0o644)
        ours, native = self.backlog(
            "hot",
            lambda: self.a.pgbench("hot", "-n", "-c", "1", "-M", "prepared", "-f", script, "-t",
                                   str(updates)),
            "UPDATE pgbench_branches SET bbalance = -987654321 WHERE bid = 1")
        self.row(f"one row updated {updates:,} times: dbsync / native replication",
                 [ours / native], "<=", 0.1, f"{ours:.2f} s / {native:.1f} s")

    def snapshot(self):
        """Copy with indexes against pg_dump and pg_restore with two jobs."""
        self.prepare("snap", 2 if self.quick else 50, with_history_key=False)
        for compress in ([], ["-Z0"]):
            ratios, shown = [], ""
            for _ in range(1 if self.quick else 2):
                self.b.create("snap_dump")
                self.b.checkpoint()
                folder = f"{self.folder}/dump"
                shutil.rmtree(folder, ignore_errors=True)
                begun = time.monotonic()
                subprocess.run([f"{self.a.bin}/pg_dump", "-Fd", "-j2", *compress, "-f", folder,
                                self.a.url("snap")], check=True)
                subprocess.run([f"{self.b.bin}/pg_restore", "-j2", "-d", self.b.url("snap_dump"),
                                folder], check=True)
                peer = time.monotonic() - begun
                self.b.create("snap")
                self.b.checkpoint()
                job = self.job()
                self.dbsync(job, "start-capture", *self.ends("snap"))
                ours, _ = self.dbsync(job, "snapshot")
                self.dbsync(job, "stop-capture")
                ratios.append(ours / peer)
                shown = f"{ours:.1f} s / {peer:.1f} s"
            name = "pg_dump -Fd -j2 " + " ".join(compress)
            self.row(f"snapshot with indexes: dbsync / {name.strip()} + pg_restore -j2", ratios,
                     "<=", 0.75, shown)

    def freeze(self):
        """The freeze under load, at two sizes."""
        freezes = {}
        for scale in ((1, 2) if self.quick else (5, 20, 50)):
            db = f"freeze{scale}"
            self.prepare(db, scale)
            self.b.create(db)
            job = self.job()
            load = subprocess.Popen([f"{self.a.bin}/pgbench", "-h", "127.0.0.1", "-p",
                                     str(self.a.port), "-U", "postgres", "-n", "-c", "4", "-R",
                                     "300", "-T", "600", db], stdout=subprocess.DEVNULL,
                                    stderr=subprocess.DEVNULL)
            try:
                self.dbsync(job, "start-capture", *self.ends(db))
                self.dbsync(job, "snapshot")
                self.dbsync(job, "catchup", "--until-lag", "0")
                self.dbsync(job, "verify")
                _, result = self.dbsync(job, "cutover", "--yes")
            finally:
                load.terminate()
                load.wait()
            freezes[scale] = result["freeze_ms"] / 1000
            self.row(f"freeze under pgbench at 300 tps, scale {scale} "
                     f"({result['verified']['rows']:,} rows verified), s", [freezes[scale]], "<=",
                     1.0)
        scales = sorted(freezes)
        self.row(f"freeze at scale {scales[-1]} / scale {scales[0]} (should not grow)",
                 [freezes[scales[-1]] / freezes[scales[0]]], "", None)

    # ---- output -------------------------------------------------------------------------------

    @staticmethod
    def row(what, values, relation, limit, shown=""):
        value = statistics.median(values)
        verdict = ""
        if limit is not None:
            good = value <= limit if relation == "<=" else value >= limit
            verdict = "ok" if good else "MISSED"
        spread = f" ({min(values):.2f}-{max(values):.2f})" if len(values) > 1 else ""
        wanted = f"{relation} {limit}" if limit is not None else ""
        rows.append((what, f"{value:.2f}{spread}", wanted, verdict, shown))
        print("  ".join(rows[-1]), file=sys.stderr, flush=True)


def main():
    names = ["capture_cost", "catchup", "hot_row", "snapshot", "freeze"]
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("--dbsync", default=f"{here}/../../build/release/dbsync")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    options = parser.parse_args()
    unknown = set(options.names) - set(names)
    if unknown:
        parser.error(f"unknown measurement: {', '.join(sorted(unknown))}")
    folder = tempfile.mkdtemp(prefix="dbsync-bench-")
    os.chmod(folder, 0o755)
    servers = []
    try:
        for name in ("a", "b"):
            servers.append(Server(f"{folder}/{name}", newest_bin()))
        bench = Bench(*servers, os.path.abspath(options.dbsync), folder, options.quick)
        for name in options.names or names:
            print(f"{name}: {getattr(bench, name).__doc__}", file=sys.stderr, flush=True)
            getattr(bench, name)()
        Bench.row("peak memory of dbsync over all of these, MiB", [peak_kib / 1024], "<=", 128)
    finally:
        for server in servers:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print("| what | measured | wanted | | last run |\n|---|---|---|---|---|")
    for line in rows:
        print("| " + " | ".join(line) + " |")
    return 1 if any(line[3] == "MISSED" for line in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
