// SPDX-License-Identifier: MIT
// Two ends of each engine on which a test of the conformance suite can run SQL as an application
// would. The suite's SQL is what all of them understand; what differs is a question to Ends.
#pragma once

#include "engine/endpoint.hpp"
#include "support/postgres_server.hpp"
#include "support/sqlite_file.hpp"
#include "support/temp_dir.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace dbsync::test {

// How a statement of another application session ended.
struct Outcome {
    bool done = false;
    bool waited = false;  // it was stopped by a lock for as long as it was willing to wait
    std::string message;  // the server's, if it was refused
};

class AppSession {
  public:
    virtual ~AppSession() = default;
    virtual void exec(const std::string& sql) = 0;
    // Waits for locks for a short while only.
    virtual Outcome attempt(const std::string& sql) = 0;
};

// Two fresh, empty databases of one engine.
class Ends {
  public:
    virtual ~Ends() = default;
    [[nodiscard]] virtual Endpoint source() = 0;
    [[nodiscard]] virtual Endpoint target() = 0;
    [[nodiscard]] virtual std::unique_ptr<AppSession> source_session() = 0;
    [[nodiscard]] virtual std::unique_ptr<AppSession> target_session() = 0;
    // Every row; equal for databases with the same content.
    [[nodiscard]] virtual std::string source_dump() = 0;
    [[nodiscard]] virtual std::string target_dump() = 0;
    // Every object, dbsync's included.
    [[nodiscard]] virtual std::string source_schema() = 0;
    [[nodiscard]] virtual std::string target_schema() = 0;
    // Whether several transactions can write at a time.
    [[nodiscard]] virtual bool many_writers() const = 0;
    // A table "Types" with values that are hard to carry.
    [[nodiscard]] virtual std::string hard_values() const = 0;
    // A table t(id, v) that numbers its rows itself.
    [[nodiscard]] virtual std::string counting_table() const = 0;
    // A trigger that notes each row inserted into "T x" in log(id, v).
    [[nodiscard]] virtual std::string logging_trigger() const = 0;
    // Whether capture sees a table being emptied as a whole; if not, it has to be started again.
    [[nodiscard]] virtual bool sees_truncate() const { return true; }
};

inline constexpr std::chrono::milliseconds attempt_time{200};

class SqliteApp : public AppSession {
  public:
    explicit SqliteApp(const std::filesystem::path& path) : file_{path} {}
    void exec(const std::string& sql) override { file_.exec(sql); }
    Outcome attempt(const std::string& sql) override {
        file_.database().setBusyTimeout(static_cast<int>(attempt_time.count()));
        try {
            file_.exec(sql);
            return {.done = true, .waited = false, .message = {}};
        } catch (const SQLite::Exception& error) {
            const bool waited = (error.getErrorCode() & 0xff) == 5;  // SQLITE_BUSY
            return {.done = false, .waited = waited, .message = error.what()};
        }
    }

  private:
    SqliteFile file_;
};

class SqliteEnds : public Ends {
  public:
    explicit SqliteEnds(const std::string& journal_mode) {
        SqliteFile{source_}.exec("PRAGMA journal_mode=" + journal_mode);
        SqliteFile{target_}.exec("PRAGMA journal_mode=" + journal_mode);
    }
    Endpoint source() override { return Endpoint::parse("sqlite://" + source_.string(), ""); }
    Endpoint target() override { return Endpoint::parse("sqlite://" + target_.string(), ""); }
    std::unique_ptr<AppSession> source_session() override {
        return std::make_unique<SqliteApp>(source_);
    }
    std::unique_ptr<AppSession> target_session() override {
        return std::make_unique<SqliteApp>(target_);
    }
    std::string source_dump() override { return SqliteFile{source_}.dump(); }
    std::string target_dump() override { return SqliteFile{target_}.dump(); }
    std::string source_schema() override { return SqliteFile{source_}.schema(); }
    std::string target_schema() override { return SqliteFile{target_}.schema(); }
    [[nodiscard]] bool many_writers() const override { return false; }
    [[nodiscard]] std::string counting_table() const override {
        return "CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, v TEXT)";
    }
    [[nodiscard]] std::string logging_trigger() const override {
        return R"(CREATE TRIGGER tr AFTER INSERT ON "T x" BEGIN
                  INSERT INTO log VALUES (NEW.id, NEW.v); END)";
    }
    [[nodiscard]] std::string hard_values() const override {
        return R"(CREATE TABLE "Types"(id INTEGER PRIMARY KEY, i INTEGER, r REAL, t TEXT, b BLOB,
                      "any ""thing""", g AS (i + 1));
                  INSERT INTO "Types" VALUES
                    (1, NULL, NULL, NULL, NULL, NULL),
                    (2, 9223372036854775807, 0.1, '', x'', 1),
                    (3, -9223372036854775807 - 1, -0.0, char(97, 0, 98), x'0000ff', 1.0),
                    (4, 'text in an integer', 9e999, CAST(x'fffe80' AS TEXT), 'text', '1'),
                    (-5, x'01', -9e999, '|''"\	\\n', zeroblob(300000), x'31');)";
    }

  private:
    TempDir dir_;
    std::filesystem::path source_ = dir_ / "source.db";
    std::filesystem::path target_ = dir_ / "target.db";
};

class PostgresApp : public AppSession {
  public:
    explicit PostgresApp(const std::string& url) : session_{url} {}
    void exec(const std::string& sql) override { session_.exec(sql); }
    Outcome attempt(const std::string& sql) override {
        session_.exec("SET lock_timeout = " + std::to_string(attempt_time.count()));
        try {
            session_.exec(sql);
            return {.done = true, .waited = false, .message = {}};
        } catch (const PgError& error) {
            return {.done = false, .waited = error.sqlstate == "55P03", .message = error.what()};
        }
    }

  private:
    PgSession session_;
};

class PostgresEnds : public Ends {
  public:
    Endpoint source() override { return Endpoint::parse(source_server().url(source_), ""); }
    Endpoint target() override { return Endpoint::parse(target_server().url(target_), ""); }
    std::unique_ptr<AppSession> source_session() override {
        return std::make_unique<PostgresApp>(source_server().url(source_));
    }
    std::unique_ptr<AppSession> target_session() override {
        return std::make_unique<PostgresApp>(target_server().url(target_));
    }
    std::string source_dump() override { return source_server().dump(source_); }
    std::string target_dump() override { return target_server().dump(target_); }
    std::string source_schema() override { return source_server().schema(source_); }
    std::string target_schema() override { return target_server().schema(target_); }
    [[nodiscard]] bool many_writers() const override { return true; }
    [[nodiscard]] std::string counting_table() const override {
        return "CREATE TABLE t(id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, v text)";
    }
    [[nodiscard]] std::string logging_trigger() const override {
        return R"(CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS
                  'BEGIN INSERT INTO log VALUES (NEW.id, NEW.v); RETURN NULL; END';
                  CREATE TRIGGER tr AFTER INSERT ON "T x" FOR EACH ROW EXECUTE FUNCTION f())";
    }
    [[nodiscard]] std::string hard_values() const override {
        return R"(CREATE TABLE "Types"(id integer PRIMARY KEY, n numeric, d double precision,
                      t text, b bytea, a text[], j json, ts timestamptz, r int4range,
                      "any ""thing""" jsonb, g integer GENERATED ALWAYS AS (id + 1) STORED);
                  INSERT INTO "Types" (id, n, d, t, b, a, j, ts, r, "any ""thing""") VALUES
                    (1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
                    (2, 1.00, '-0', '', '', '{}', '{"a":1,  "a":2}', 'infinity', 'empty', 'null'),
                    (3, 'NaN', 'NaN', E'\\.', '\x00ff', '[2:3]={NULL,"NULL"}', '1',
                     '0044-03-15 12:00:00+00 BC', '[1,)', '{"b": [1.00, null]}'),
                    (4, 1e100, '-Infinity', E'tab\tnew\nline\\', '\x5c', '{{1,2},{3,4}}', '"x"',
                     '2026-10-25 02:30:00.123456+02', '(,5)', '[]');)";
    }

  private:
    std::string source_ = source_server().create_database();
    std::string target_ = target_server().create_database();
};

}  // namespace dbsync::test
