#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Speed of MySQL and MariaDB moves as ratios, each measured in one run on one machine.

    tests/bench/bench_mysql.py [--dbsync build/release/dbsync] [--base FOLDER] [--quick] [NAME ...]

Starts two servers in a temporary folder (flushed at every commit) and runs the named measurements
(all of them without a name). --base is the folder of an unpacked MySQL (see scripts/fetch-mysql);
without it, the MariaDB on PATH. Needs sysbench, mydumper and the MariaDB client programs.
"""

import argparse
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import bench
from bench import Bench

TABLES, THREADS = 4, 8


def as_nobody(command):
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--pdeathsig",
            "TERM", "--"] + command


class Server:
    def __init__(self, folder, base, number):
        self.folder, self.base = folder, base
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        os.makedirs(f"{folder}/tmp", mode=0o755)
        if os.geteuid() == 0:
            for path in (folder, f"{folder}/tmp"):
                shutil.chown(path, "nobody", "nogroup")
        common = [f"--datadir={folder}/data", f"--tmpdir={folder}/tmp",
                  f"--socket={folder}/s.sock", f"--port={self.port}", "--bind-address=127.0.0.1",
                  f"--server-id={number}", "--log-bin=binlog", "--binlog-format=ROW",
                  "--innodb-buffer-pool-size=512M", "--innodb-flush-log-at-trx-commit=1",
                  "--sync-binlog=1", "--local-infile=1"]
        log = open(f"{folder}/log", "w")
        if base:
            program = f"{base}/usr/sbin/mysqld"
            first = ["--no-defaults", f"--basedir={base}/usr", "--secure-file-priv="]
            subprocess.run(as_nobody([program, *first, f"--datadir={folder}/data",
                                      "--initialize-insecure"]), check=True, stdout=log,
                           stderr=log, cwd="/")
            more = ["--mysqlx=OFF", "--innodb-redo-log-capacity=1G"]
        else:
            program, first = "mariadbd", ["--no-defaults"]
            subprocess.run(as_nobody(["mariadb-install-db", "--no-defaults",
                                      f"--datadir={folder}/data", "--skip-test-db",
                                      "--auth-root-authentication-method=normal"]),
                           check=True, stdout=log, stderr=log, cwd="/")
            more = ["--innodb-log-file-size=1G"]
        self.process = subprocess.Popen(as_nobody([program, *first, *common, *more]), stdout=log,
                                        stderr=log, cwd="/")
        deadline = time.monotonic() + 60
        while subprocess.run(["mariadb-admin", "--no-defaults", "-uroot", "-S",
                              f"{folder}/s.sock", "ping"], capture_output=True).returncode != 0:
            if time.monotonic() > deadline:
                sys.exit("bench: the server did not start; see " + f"{folder}/log")
            time.sleep(0.1)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def url(self, db):
        return f"mysql://root@127.0.0.1:{self.port}/{db}?ssl-mode=disabled"

    def sql(self, db, text, names=False):
        done = subprocess.run(["mariadb", "--no-defaults", "-uroot", "-S", f"{self.folder}/s.sock",
                               "-B" if names else "-BN", db],
                              input=text, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"bench: {text}\n{done.stderr}")
        return done.stdout.strip()

    def create(self, db):
        self.sql("mysql", f"DROP DATABASE IF EXISTS {db}; CREATE DATABASE {db}")

    def sysbench(self, db, command, rows, *options, check=True):
        done = subprocess.run(["sysbench", "oltp_write_only", "--db-driver=mysql",
                               "--mysql-host=127.0.0.1", f"--mysql-port={self.port}",
                               "--mysql-user=root", "--mysql-password=", f"--mysql-db={db}",
                               f"--tables={TABLES}", f"--table-size={rows // TABLES}",
                               "--rand-type=uniform", *options, command],
                              capture_output=True, text=True)
        if check and done.returncode != 0:
            sys.exit(f"bench: sysbench {command}: {done.stdout}{done.stderr}")
        found = re.search(r"transactions:\s+\d+\s+\(([\d.]+) per sec", done.stdout)
        return float(found.group(1)) if found else 0.0


class MysqlBench(Bench):
    def prepare(self, db, rows):
        self.a.create(db)
        self.a.sysbench(db, "prepare", rows, "--threads=2")

    def moved(self, db):
        """A job whose target has caught up."""
        job = self.job()
        self.b.create(db)
        self.dbsync(job, "start-capture", *self.ends(db))
        self.dbsync(job, "snapshot")
        self.dbsync(job, "catchup", "--until-lag", "0")
        return job

    def capture_cost(self):
        """Writers' throughput with capture and without."""
        rows, seconds, rounds = (20_000, 4, 1) if self.quick else (500_000, 20, 3)
        for db in ("cost_none", "cost_capture"):
            self.prepare(db, rows)
        self.b.create("cost_capture")
        self.dbsync(self.job(), "start-capture", *self.ends("cost_capture"))
        ratios = []
        for turn in range(rounds):
            got = {}
            order = ["cost_none", "cost_capture"]
            for db in order if turn % 2 == 0 else order[::-1]:
                got[db] = self.a.sysbench(db, "run", rows, f"--threads={THREADS}",
                                          f"--time={seconds}")
            ratios.append(got["cost_capture"] / got["cost_none"])
        self.row("sysbench oltp_write_only tps with capture / without", ratios, ">=", 0.70)

    # A second database on the target follows the source's binary log from here on.
    def replicate(self, name):
        copy = f"{name}_native"
        self.b.create(copy)
        dump = subprocess.Popen(["mariadb-dump", "--no-defaults", "-uroot", "-S",
                                 f"{self.a.folder}/s.sock", "--skip-triggers", "--single-transaction", name,
                                 *[f"sbtest{i + 1}" for i in range(TABLES)]],
                                stdout=subprocess.PIPE)
        subprocess.run(["mariadb", "--no-defaults", "-uroot", "-S", f"{self.b.folder}/s.sock",
                        copy], stdin=dump.stdout, check=True)
        dump.wait()
        status = "SHOW BINARY LOG STATUS" if self.a.base else "SHOW MASTER STATUS"
        log, position = self.a.sql("mysql", status).split("\t")[:2]
        return copy, log, int(position)

    # Applies what the source has logged since, and times it: the log is fetched first.
    def native_seconds(self, name, copy, log, position):
        word = ("SOURCE", "REPLICA") if self.a.base else ("MASTER", "SLAVE")
        change = "CHANGE REPLICATION SOURCE TO" if self.a.base else "CHANGE MASTER TO"
        more = ", GET_SOURCE_PUBLIC_KEY=1" if self.a.base else ""
        self.a.sql("mysql", "CREATE USER IF NOT EXISTS repl@'127.0.0.1' IDENTIFIED BY 'repl'; "
                            "GRANT REPLICATION SLAVE ON *.* TO repl@'127.0.0.1'")
        end = self.a.sql("mysql", "SHOW BINARY LOG STATUS" if self.a.base
                         else "SHOW MASTER STATUS").split("\t")[:2]
        if self.a.base:
            rules = (f"CHANGE REPLICATION FILTER REPLICATE_REWRITE_DB = (({name}, {copy})), "
                     f"REPLICATE_WILD_DO_TABLE = ('{copy}.sbtest%');")
        else:
            rules = (f"SET GLOBAL replicate_rewrite_db='{name}->{copy}';"
                     f"SET GLOBAL replicate_wild_do_table='{copy}.sbtest%';")
        self.b.sql("mysql", f"""{rules}
            {change} {word[0]}_HOST='127.0.0.1', {word[0]}_PORT={self.a.port},
                {word[0]}_USER='repl', {word[0]}_PASSWORD='repl', {word[0]}_LOG_FILE='{log}',
                {word[0]}_LOG_POS={position}{more};
            START {word[1]} IO_THREAD;""")
        wait = "SOURCE_POS_WAIT" if self.a.base else "MASTER_POS_WAIT"
        def fetched():
            text = self.b.sql("mysql", f"SHOW {word[1]} STATUS\\G", names=True)
            at = {key: re.search(rf"{key}: (\S+)", text) for key in
                  (("Source_Log_File", "Read_Source_Log_Pos") if self.a.base
                   else ("Master_Log_File", "Read_Master_Log_Pos"))}
            time.sleep(0.2)
            return [found.group(1) for found in at.values() if found] == end
        self.until(fetched, 300)
        begun = time.monotonic()
        done = self.b.sql("mysql", f"START {word[1]} SQL_THREAD; "
                                   f"SELECT {wait}('{end[0]}', {end[1]}, 1800)")
        seconds = time.monotonic() - begun
        if done.splitlines()[-1] in ("NULL", "-1"):
            sys.exit("bench: native replication failed: " +
                     self.b.sql("mysql", f"SHOW {word[1]} STATUS\\G", names=True))
        self.b.sql("mysql", f"STOP {word[1]}; RESET {word[1]} ALL;")
        if not self.a.base:
            self.b.sql("mysql", "SET GLOBAL replicate_rewrite_db='';"
                                "SET GLOBAL replicate_wild_do_table='';")
        return seconds

    def backlog(self, name, rows, load):
        self.prepare(name, rows)
        job = self.moved(name)
        copy, log, position = self.replicate(name)
        load(name)
        ours, _ = self.dbsync(job, "catchup", "--until-lag", "0")
        native = self.native_seconds(name, copy, log, position)
        for i in range(TABLES):
            query = f"SELECT count(*), sum(crc32(concat(id, k, c))) FROM sbtest{i + 1}"
            found = {self.a.sql(name, query), self.b.sql(name, query), self.b.sql(copy, query)}
            if len(found) != 1:
                sys.exit(f"bench: the three databases differ after catching up: {found}")
        return ours, native

    def catchup(self):
        """50,000 oltp_write_only transactions: 200,000 row changes."""
        transactions = 2_000 if self.quick else 50_000
        rows = 20_000 if self.quick else 500_000
        ours, native = self.backlog("oltp", rows, lambda db: self.a.sysbench(
            db, "run", rows, f"--threads={THREADS}", f"--events={transactions}", "--time=0"))
        self.row(f"catch-up of {transactions:,} oltp_write_only transactions: dbsync / native "
                 "replication", [ours / native], "<=", 0.5, f"{ours:.1f} s / {native:.1f} s")

    def bulk(self):
        """350 statements of 1,000 rows."""
        statements, size = (10 if self.quick else 350), 1_000
        rows = 40_000 if self.quick else 1_400_000

        def load(db):
            per_table = rows // TABLES
            text = ""
            for i in range(statements):
                low = i // TABLES * size % max(1, per_table - size)
                text += (f"UPDATE sbtest{i % TABLES + 1} SET k = k + 1 "
                         f"WHERE id > {low} AND id <= {low + size};\n")
            self.a.sql(db, text)

        ours, native = self.backlog("bulk", rows, load)
        self.row(f"catch-up of {statements} statements of {size:,} rows: dbsync / native "
                 "replication", [ours / native], "<=", 1.0, f"{ours:.1f} s / {native:.1f} s")

    def snapshot(self):
        """Copy with indexes against mydumper and myloader with two threads."""
        rows = 80_000 if self.quick else 2_000_000
        self.prepare("snap", rows)
        ratios, shown = [], ""
        for _ in range(1 if self.quick else 2):
            folder = f"{self.folder}/dump"
            shutil.rmtree(folder, ignore_errors=True)
            self.b.create("snap_dump")
            begun = time.monotonic()
            subprocess.run(["mydumper", "-h", "127.0.0.1", "-P", str(self.a.port), "-u", "root",
                            "-t", "2", "-B", "snap", "-o", folder], check=True)
            subprocess.run(["myloader", "-h", "127.0.0.1", "-P", str(self.b.port), "-u", "root",
                            "-t", "2", "-B", "snap_dump", "-d", folder], check=True)
            peer = time.monotonic() - begun
            self.b.create("snap")
            job = self.job()
            self.dbsync(job, "start-capture", *self.ends("snap"))
            ours, _ = self.dbsync(job, "snapshot")
            self.dbsync(job, "stop-capture")
            ratios.append(ours / peer)
            shown = f"{ours:.1f} s / {peer:.1f} s"
        self.row(f"snapshot of {rows:,} sysbench rows: dbsync / mydumper + myloader", ratios, "<=",
                 0.85, shown)

    def freeze(self):
        """The freeze under sysbench at 300 transactions a second."""
        rows = 20_000 if self.quick else 500_000
        self.prepare("freeze", rows)
        self.b.create("freeze")
        job = self.job()
        load = subprocess.Popen(["sysbench", "oltp_write_only", "--db-driver=mysql",
                                 "--mysql-host=127.0.0.1", f"--mysql-port={self.a.port}",
                                 "--mysql-user=root", "--mysql-password=", "--mysql-db=freeze",
                                 f"--tables={TABLES}", f"--table-size={rows // TABLES}",
                                 "--rand-type=uniform", "--threads=4", "--rate=300", "--time=600",
                                 "run"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self.dbsync(job, "start-capture", *self.ends("freeze"))
            self.dbsync(job, "snapshot")
            self.dbsync(job, "catchup", "--until-lag", "0")
            self.dbsync(job, "verify")
            if load.poll() is not None:
                sys.exit("bench: sysbench ended before the cutover")
            _, result = self.dbsync(job, "cutover", "--yes")
        finally:
            load.terminate()
            load.wait()
        self.row(f"freeze under sysbench at 300 tps ({result['verified']['rows']:,} rows "
                 "verified), s", [result["freeze_ms"] / 1000], "<=", 1.0)


def main():
    names = ["capture_cost", "catchup", "bulk", "snapshot", "freeze"]
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("--dbsync", default=f"{here}/../../build/release/dbsync")
    parser.add_argument("--base", default="")
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
        for number, name in enumerate(("a", "b"), 1):
            servers.append(Server(f"{folder}/{name}", options.base, number))
        measured = MysqlBench(*servers, os.path.abspath(options.dbsync), folder, options.quick)
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
