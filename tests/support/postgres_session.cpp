// SPDX-License-Identifier: MIT
#include "support/postgres_session.hpp"

#include "support/wait.hpp"

namespace dbsync::test {

namespace {

struct Clear {
    void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, Clear>;

PgRows rows_of(PGconn* connection, const Result& result) {
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE) {
        const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
        throw PgError{result ? PQresultErrorMessage(result.get()) : PQerrorMessage(connection),
                      state == nullptr ? "" : state};
    }
    PgRows rows;
    for (int r = 0; r < PQntuples(result.get()); ++r) {
        PgRow& row = rows.emplace_back();
        for (int c = 0; c < PQnfields(result.get()); ++c) {
            if (PQgetisnull(result.get(), r, c) != 0) {
                row.emplace_back();
            } else {
                row.emplace_back(
                    std::string{PQgetvalue(result.get(), r, c),
                                static_cast<std::size_t>(PQgetlength(result.get(), r, c))});
            }
        }
    }
    return rows;
}

void expect_status(PGconn* connection, const Result& result, ExecStatusType wanted) {
    rows_of(connection, result);
    if (PQresultStatus(result.get()) != wanted) {
        throw PgError{"not a COPY of this direction", ""};
    }
}

}  // namespace

PgSession::PgSession(const std::string& url) : connection_{PQconnectdb(url.c_str())} {
    if (PQstatus(connection_.get()) != CONNECTION_OK) {
        throw PgError{PQerrorMessage(connection_.get()), ""};
    }
    PQsetNoticeProcessor(
        connection_.get(), [](void*, const char*) {}, nullptr);
}

PgRows PgSession::exec(const std::string& sql) {
    const Result result{PQexec(connection_.get(), sql.c_str())};
    return rows_of(connection_.get(), result);
}

std::string PgSession::value(const std::string& sql) {
    const PgRows rows = exec(sql);
    return rows.empty() || rows[0].empty() ? "" : rows[0][0].value_or("");
}

void PgSession::start(const std::string& sql) {
    if (PQsendQuery(connection_.get(), sql.c_str()) == 0) {
        throw PgError{PQerrorMessage(connection_.get()), ""};
    }
}

bool PgSession::finished() {
    return PQconsumeInput(connection_.get()) == 0 || PQisBusy(connection_.get()) == 0;
}

PgRows PgSession::wait(std::chrono::milliseconds timeout) {
    std::vector<Result> results;
    const bool in_time = wait_until(
        [&] {
            while (finished()) {
                results.emplace_back(PQgetResult(connection_.get()));
                if (!results.back()) {
                    return true;
                }
            }
            return false;
        },
        timeout, std::chrono::milliseconds{2});
    if (!in_time) {
        throw PgError{"no answer in time", ""};
    }
    PgRows rows;
    for (std::size_t i = 0; i + 1 < results.size(); ++i) {
        rows = rows_of(connection_.get(), results[i]);
    }
    return rows;
}

std::vector<std::string> PgSession::copy_out(const std::string& sql) {
    const Result begun{PQexec(connection_.get(), sql.c_str())};
    expect_status(connection_.get(), begun, PGRES_COPY_OUT);
    std::vector<std::string> lines;
    char* buffer = nullptr;
    for (int size = 0; (size = PQgetCopyData(connection_.get(), &buffer, 0)) > 0;) {
        lines.emplace_back(buffer, static_cast<std::size_t>(size - 1));
        PQfreemem(buffer);
    }
    for (Result last{PQgetResult(connection_.get())}; last;
         last.reset(PQgetResult(connection_.get()))) {
        rows_of(connection_.get(), last);
    }
    return lines;
}

void PgSession::copy_in(const std::string& sql, const std::string& data) {
    const Result begun{PQexec(connection_.get(), sql.c_str())};
    expect_status(connection_.get(), begun, PGRES_COPY_IN);
    PQputCopyData(connection_.get(), data.data(), static_cast<int>(data.size()));
    PQputCopyEnd(connection_.get(), nullptr);
    for (Result last{PQgetResult(connection_.get())}; last;
         last.reset(PQgetResult(connection_.get()))) {
        rows_of(connection_.get(), last);
    }
}

}  // namespace dbsync::test
