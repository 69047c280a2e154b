// SPDX-License-Identifier: MIT
// Two databases of a MySQL or MariaDB server for the conformance suite. Its sessions read the
// suite's SQL as the standard has it: double-quoted names, || for concatenation.
#pragma once

#include "engine/conformance_ends.hpp"
#include "support/mysql_server.hpp"

#include <regex>

namespace dbsync::test {

class MysqlApp : public AppSession {
  public:
    explicit MysqlApp(const MysqlLogin& login) : session_{login} {
        session_.exec("SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,ALLOW_INVALID_DATES'");
    }
    void exec(const std::string& sql) override { session_.exec(dialect(sql)); }
    Outcome attempt(const std::string& sql) override {
        // Whole seconds only.
        session_.exec("SET innodb_lock_wait_timeout = 1; SET lock_wait_timeout = 1");
        try {
            session_.exec(dialect(sql));
            return {.done = true, .waited = false, .message = {}};
        } catch (const MysqlError& error) {
            constexpr unsigned lock_wait_timeout = 1205;
            return {
                .done = false, .waited = error.code == lock_wait_timeout, .message = error.what()};
        }
    }

  private:
    // TEXT can be no key without a length, and a name may hold no character of four bytes.
    static std::string dialect(const std::string& sql) {
        static const std::regex text{"\\bTEXT\\b"};
        static const std::regex smile{"🙂"};
        return std::regex_replace(std::regex_replace(sql, text, "VARCHAR(200)"), smile, "☺");
    }

    MysqlSession session_;
};

class MysqlEnds : public Ends {
  public:
    explicit MysqlEnds(const std::string& kind)
        : source_server_{mysql_server(kind)}, target_server_{mysql_target_server(kind)} {}

    Endpoint source() override { return Endpoint::parse(source_server_.url(source_), ""); }
    Endpoint target() override { return Endpoint::parse(target_server_.url(target_), ""); }
    std::unique_ptr<AppSession> source_session() override {
        return std::make_unique<MysqlApp>(source_server_.login(source_));
    }
    std::unique_ptr<AppSession> target_session() override {
        return std::make_unique<MysqlApp>(target_server_.login(target_));
    }
    std::string source_dump() override { return source_server_.dump(source_); }
    std::string target_dump() override { return target_server_.dump(target_); }
    std::string source_schema() override { return source_server_.schema(source_); }
    std::string target_schema() override { return target_server_.schema(target_); }
    [[nodiscard]] bool many_writers() const override { return true; }
    [[nodiscard]] bool sees_truncate() const override { return false; }
    [[nodiscard]] std::string counting_table() const override {
        return "CREATE TABLE t(id integer AUTO_INCREMENT PRIMARY KEY, v text)";
    }
    [[nodiscard]] std::string logging_trigger() const override {
        return R"(CREATE TRIGGER tr AFTER INSERT ON "T x" FOR EACH ROW
                  BEGIN INSERT INTO log VALUES (NEW.id, NEW.v); END)";
    }
    [[nodiscard]] std::string hard_values() const override {
        return std::string{types} + values + extremes;
    }

  private:
    static constexpr const char* types = R"(
        CREATE TABLE "Types"(id int PRIMARY KEY, u bigint unsigned, d decimal(65,30), f float,
            r double, b bit(64), e enum('a', 'b''c', '1'), s set('x', 'y z', '1'), dt date,
            ts timestamp(6) NULL, at datetime(3), t time(6), y year, j json, g geometry,
            l varchar(50) CHARACTER SET latin1, u3 varchar(50) CHARACTER SET utf8mb3,
            c char(5), n binary(5), v varbinary(300), bb longblob, tt longtext,
            kept int AS (id + 1) STORED, computed int AS (id + 2) VIRTUAL,
            hidden int DEFAULT 7 INVISIBLE, "any ""thing""" tinytext COLLATE utf8mb4_bin);)";
    static constexpr const char* values = R"(
        INSERT INTO "Types" (id) VALUES (1);
        INSERT INTO "Types" (id, u, d, f, r, b, e, s, dt, ts, at, t, y, j, g, l, u3, c, n, v, bb,
                             tt, hidden, "any ""thing""") VALUES
          (2, 18446744073709551615,
           '99999999999999999999999999999999999.123456789012345678901234567890', 16777217, 5e-324,
           b'1111111111111111111111111111111111111111111111111111111111111111', '', '',
           '0000-00-00', '1970-01-01 00:00:01', '0000-00-00', '-838:59:59', 0, 'null',
           ST_GeomFromText('POINT(1 2)', 4326), '', '', '', '', '', '', '', NULL, ''),
          (3, 0, '-0.000000000000000000000000000001', 0.1, -1.7976931348623157e308, 0, 'no member',
           'x,y z,1', '2026-02-31', '2038-01-19 03:14:07.999999', '9999-12-31 23:59:59.999',
           '838:59:58.999999', 1901, '{"b": 1.0, "a": [1, 2], "c": "\\u0000\\""}',
           ST_GeomFromText('POLYGON((0 0, 0 1, 1 1, 0 0))'), CONCAT('é', CHAR(9), '\\N'), 'ünï',
           'a b  ', 0x0001, 0x00ff5c, 0x000a0d0009275c22,
           CONCAT('a', CHAR(0), 'b😀', CHAR(13), CHAR(10)), 0, '|''"\\t\\');)";
    static constexpr const char* extremes = R"(
        INSERT INTO "Types" (id, f, r, b, e, s, dt, at, t, y, j, g, c, n, v, bb, tt) VALUES
          (-4, -3.402823466e38, 0.1, 1, 'b''c', '1', '0000-01-00', '2026-00-31 00:00:00',
           '00:00:00', 2155, '"x"', ST_GeomFromText('LINESTRING(0 0, 1e300 -1e-300)'), '\\N',
           0x0000000000, 0x0a, REPEAT(CHAR(0, 255, 92, 9), 75000), REPEAT('😀\\', 1000)),
          (-5, 1.17549435e-38, 2.2250738585072014e-308, 2, '1', 'y z', '9999-12-31', '1000-01-01',
           '-00:00:00.000001', 2000, '[]', ST_GeomFromText('GEOMETRYCOLLECTION(POINT(0 0))'),
           '😀', 0xffffffffff, REPEAT(0x5c, 300), '', NULL);)";

    MysqlServer& source_server_;
    MysqlServer& target_server_;
    std::string source_ = source_server_.create_database();
    std::string target_ = target_server_.create_database();
};

}  // namespace dbsync::test
