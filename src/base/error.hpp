// SPDX-License-Identifier: MIT
// One error class for every failure that ends the current step. It carries the decision that
// somebody has to make about it (kind), the place (statement, table) and what to do next (hint).
// Throwers do not log; main() prints one line and turns the kind into an exit code.
#pragma once

#include <stdexcept>
#include <string>

namespace dbsync {

enum class ErrorKind {
    Usage,              // the command line or config is wrong; nothing was touched
    Precondition,       // something has to be done first; nothing was touched
    Permission,         // a privilege is missing
    Unsupported,        // an object or setting that cannot be moved
    Connection,         // an end cannot be reached, refused the login, or went away
    Busy,               // a lock was not granted in time; trying again can help
    Conflict,           // a unique or exclusion constraint is in the way of an applied row
    Serialization,      // deadlock victim or serialization failure; the transaction can be repeated
    LagNotReached,      // catch-up ran into its --timeout
    Mismatch,           // verification found differences
    CutoverAborted,     // the freeze was released, the source is writable again
    SchemaChanged,      // a captured table is not what it was when capture began
    Unrepresentable,    // a value has no form on the target
    JobBusy,            // another dbsync process works on this job
    Interrupted,        // the operator asked to stop
    Internal,           // a bug or an unclassified database error
};

struct ErrorFields {
    ErrorKind kind = ErrorKind::Internal;
    std::string what_failed;       // one sentence without a full stop: what, on which end, on what
    std::string native_code = {};  // SQLSTATE or errno-like number, as text
    std::string native_text = {};  // the database's own words
    std::string statement = {};    // path of the SQL asset, for example triggers/sqlite/x.sql
    std::string table = {};        // display name of the table, where one is concerned
    std::string hint = {};         // what the operator should do next, beginning with a verb
    bool commit_unknown = false;   // the connection was lost while a COMMIT was under way
};

class Error : public std::runtime_error {
  public:
    explicit Error(ErrorFields fields);

    [[nodiscard]] ErrorKind kind() const noexcept { return fields_.kind; }
    [[nodiscard]] const ErrorFields& fields() const noexcept { return fields_; }

    // Whether the same transaction may be tried again (on a new connection, if need be).
    [[nodiscard]] bool retryable() const noexcept;

    // A copy with a table or hint filled in where none was known before.
    [[nodiscard]] Error with_table(const std::string& table) const;
    [[nodiscard]] Error with_hint(const std::string& hint) const;

  private:
    ErrorFields fields_;
};

// The word for a kind in JSON ("error": {"code": ...}), for example "schema_changed".
[[nodiscard]] const char* error_code(ErrorKind kind) noexcept;

// The process exit code for a kind: a total function, documented in docs/operating/exit-codes.md.
[[nodiscard]] int exit_code(ErrorKind kind) noexcept;

}  // namespace dbsync
