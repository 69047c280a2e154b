#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Speed of moves between engines as ratios, each measured in one run on one machine.

    tests/bench/bench_cross.py [--dbsync build/release/dbsync] [--quick] [NAME ...]

Starts a PostgreSQL and a MariaDB in a temporary folder and runs the named measurements (all of them
without a name). Needs what bench.py and bench_mysql.py need, the sqlite3 program and pgloader.
"""

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

import bench
import bench_mysql
from bench import Bench

CITIES = ["Zürich", "Lisboa", "İstanbul", "Kyoto", "São Paulo", "Łódź", "Reykjavík"]


# One row of the table, the same on every engine.
def customer(i):
    return (i, f"customer {i}", f"c{i}@example.org", CITIES[i % 7], f"{i * 37 % 100_000 / 100:.2f}",
            i * 7919 % 10_007 / 7, f"2024-{i % 12 + 1:02}-{i % 28 + 1:02} 10:{i % 60:02}:00",
            "note " * (i % 12))


class CrossBench(Bench):
    def __init__(self, maria, postgres, binary, folder, quick):
        super().__init__(maria, postgres, binary, folder, quick)
        self.count = 20_000 if quick else 1_000_000

    def sqlite_file(self):
        path = f"{self.folder}/app.db"
        if not os.path.exists(path):
            db = sqlite3.connect(path)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, "
                       "mail TEXT, city TEXT, balance DECIMAL(10,2), score REAL, "
                       "seen DATETIME, note TEXT)")
            db.execute("CREATE INDEX customers_city ON customers (city)")
            db.executemany("INSERT INTO customers VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                           map(customer, range(1, self.count + 1)))
            db.commit()
            db.close()
            os.chmod(path, 0o666)
        return path

    def maria_database(self):
        if self.a.sql("mysql", "SHOW DATABASES LIKE 'shop'"):
            return
        self.a.create("shop")
        self.a.sql("shop", "CREATE TABLE customers (id int PRIMARY KEY, name varchar(100) NOT NULL,"
                           " mail varchar(100), city varchar(50), balance decimal(10,2), "
                           "score double, seen datetime, note text, KEY customers_city (city)) "
                           "DEFAULT CHARACTER SET utf8mb4")
        load = subprocess.Popen(["mariadb", "--no-defaults", "-uroot", "--local-infile=1", "-S",
                                 f"{self.a.folder}/s.sock", "shop", "-e",
                                 "LOAD DATA LOCAL INFILE '/dev/stdin' INTO TABLE customers "
                                 "CHARACTER SET utf8mb4"], stdin=subprocess.PIPE)
        for i in range(1, self.count + 1):
            load.stdin.write(("\t".join(map(str, customer(i))) + "\n").encode())
        load.stdin.close()
        if load.wait() != 0:
            sys.exit("bench: LOAD DATA failed")

    def pgloader(self, source, db):
        self.b.create(db)
        begun = time.monotonic()
        done = subprocess.run(["pgloader", source, self.b.url(db)], capture_output=True, text=True)
        seconds = time.monotonic() - begun
        found = self.b.sql(db, "SELECT sum(n_live_tup) FROM (SELECT count(*) AS n_live_tup FROM "
                               f"{self.where_is(db)}) AS n")
        if done.returncode != 0 or int(found) != self.count:
            sys.exit(f"bench: pgloader: {found} rows\n{done.stdout}{done.stderr}")
        return seconds

    def where_is(self, db):
        return self.b.sql(db, "SELECT quote_ident(schemaname) || '.customers' FROM pg_tables "
                              "WHERE tablename = 'customers'")

    def copied(self, source, db):
        self.b.create(db)
        job = self.job()
        ends = ["--source", source, "--target", self.b.url(db)]
        self.dbsync(job, "start-capture", *ends)
        seconds, _ = self.dbsync(job, "snapshot")
        return job, seconds

    def against_pgloader(self, name, source, peer_source, limit):
        ratios, shown = [], ""
        for turn in range(1 if self.quick else 3):
            peer = self.pgloader(peer_source, f"{name}_peer")
            job, ours = self.copied(source, f"{name}_ours")
            self.dbsync(job, "stop-capture")
            ratios.append(ours / peer)
            shown = f"{ours:.1f} s / {peer:.1f} s"
        self.row(f"{name} to PostgreSQL, snapshot of {self.count:,} rows: dbsync / pgloader",
                 ratios, "<=", limit, shown)

    def sqlite(self):
        """SQLite to PostgreSQL against pgloader."""
        path = self.sqlite_file()
        self.against_pgloader("sqlite", f"sqlite:{path}", f"sqlite://{path}", 0.65)

    def mariadb(self):
        """MariaDB to PostgreSQL against pgloader."""
        self.maria_database()
        url = f"mysql://root@127.0.0.1:{self.a.port}/shop"
        self.against_pgloader("mariadb", url + "?ssl-mode=disabled", url, 0.6)

    def compared(self, name, job, reads):
        self.dbsync(job, "catchup", "--until-lag", "0")
        ratios = []
        for turn in range(1 if self.quick else 3):
            begun = time.monotonic()
            plain = [subprocess.Popen(read, stdout=subprocess.DEVNULL) for read in reads]
            for each in plain:
                if each.wait() != 0:
                    sys.exit(f"bench: {each.args} failed")
            floor = time.monotonic() - begun
            ours, result = self.dbsync(job, "verify")
            if result["rows"] != self.count:
                sys.exit(f"bench: {result}")
            ratios.append(floor / ours)
        self.row(f"{name} to PostgreSQL, verification in rows per second / ordered reads by both "
                 "ends' clients", ratios, ">=", 0.5, f"{ours:.1f} s / {floor:.1f} s")

    def verify(self):
        """Verification against a plain ordered read of both ends."""
        path = self.sqlite_file()
        query = "SELECT * FROM customers ORDER BY id"

        def read_target(db):
            return [f"{self.b.bin}/psql", "-Xq", "-d", self.b.url(db), "-c",
                    f"COPY ({query}) TO STDOUT"]
        job, _ = self.copied(f"sqlite:{path}", "sqlite_verify")
        self.compared("sqlite", job, [["sqlite3", path, query], read_target("sqlite_verify")])
        self.dbsync(job, "stop-capture")
        self.maria_database()
        job, _ = self.copied(f"mysql://root@127.0.0.1:{self.a.port}/shop?ssl-mode=disabled",
                             "mariadb_verify")
        self.compared("mariadb", job,
                      [["mariadb", "--no-defaults", "-uroot", "-S", f"{self.a.folder}/s.sock",
                        "--quick", "-BN", "shop", "-e", query], read_target("mariadb_verify")])


def main():
    names = ["sqlite", "mariadb", "verify"]
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
        servers.append(bench_mysql.Server(f"{folder}/a", "", 1))
        servers.append(bench.Server(f"{folder}/b", bench.newest_bin()))
        measured = CrossBench(*servers, os.path.abspath(options.dbsync), folder, options.quick)
        for name in options.names or names:
            print(f"{name}: {getattr(measured, name).__doc__}", file=sys.stderr, flush=True)
            getattr(measured, name)()
        Bench.row("peak memory of dbsync over all of these, MiB", [bench.peak_kib / 1024], "<=",
                  128)
    finally:
        for server in servers:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print("| what | measured | wanted | | last run |\n|---|---|---|---|---|")
    for line in bench.rows:
        print("| " + " | ".join(line) + " |")
    return 1 if any(line[3] == "MISSED" for line in bench.rows) else 0


if __name__ == "__main__":
    sys.exit(main())
