// SPDX-License-Identifier: MIT
#include "base/error.hpp"

#include <utility>

namespace dbsync {

namespace {

// "<what failed> (<table>, <code>, <asset>): <the database's own words>", on one line.
std::string one_line(const ErrorFields& f) {
    std::string text = f.what_failed;
    std::string detail;
    for (const std::string* part : {&f.table, &f.native_code, &f.statement}) {
        if (!part->empty() && text.find(*part) == std::string::npos) {
            detail += (detail.empty() ? "" : ", ") + *part;
        }
    }
    if (!detail.empty()) {
        text += " (" + detail + ")";
    }
    if (!f.native_text.empty()) {
        text += ": " + f.native_text;
    }
    for (char& c : text) {
        if (c == '\n' || c == '\r') {
            c = ' ';
        }
    }
    while (!text.empty() && text.back() == ' ') {
        text.pop_back();
    }
    return text;
}

}  // namespace

Error::Error(ErrorFields fields)
    : std::runtime_error{one_line(fields)}, fields_{std::move(fields)} {}

bool Error::retryable() const noexcept {
    switch (fields_.kind) {
        case ErrorKind::Connection:
        case ErrorKind::Busy:
        case ErrorKind::Serialization:
            return !fields_.commit_unknown;
        case ErrorKind::Usage:
        case ErrorKind::Precondition:
        case ErrorKind::Permission:
        case ErrorKind::Unsupported:
        case ErrorKind::Conflict:
        case ErrorKind::LagNotReached:
        case ErrorKind::Mismatch:
        case ErrorKind::CutoverAborted:
        case ErrorKind::SchemaChanged:
        case ErrorKind::Unrepresentable:
        case ErrorKind::JobBusy:
        case ErrorKind::Interrupted:
        case ErrorKind::Internal:
            return false;
    }
    return false;
}

Error Error::with_table(const std::string& table) const {
    ErrorFields f = fields_;
    if (f.table.empty()) {
        f.table = table;
    }
    return Error{f};
}

Error Error::with_hint(const std::string& hint) const {
    ErrorFields f = fields_;
    if (f.hint.empty()) {
        f.hint = hint;
    }
    return Error{f};
}

const char* error_code(ErrorKind kind) noexcept {
    switch (kind) {
        case ErrorKind::Usage:
            return "usage";
        case ErrorKind::Precondition:
            return "precondition";
        case ErrorKind::Permission:
            return "permission";
        case ErrorKind::Unsupported:
            return "unsupported";
        case ErrorKind::Connection:
            return "connection";
        case ErrorKind::Busy:
            return "busy";
        case ErrorKind::Conflict:
            return "conflict";
        case ErrorKind::Serialization:
            return "serialization";
        case ErrorKind::LagNotReached:
            return "lag_not_reached";
        case ErrorKind::Mismatch:
            return "mismatch";
        case ErrorKind::CutoverAborted:
            return "cutover_aborted";
        case ErrorKind::SchemaChanged:
            return "schema_changed";
        case ErrorKind::Unrepresentable:
            return "unrepresentable";
        case ErrorKind::JobBusy:
            return "job_busy";
        case ErrorKind::Interrupted:
            return "interrupted";
        case ErrorKind::Internal:
            return "internal";
    }
    return "internal";
}

int exit_code(ErrorKind kind) noexcept {
    switch (kind) {
        case ErrorKind::Usage:
            return 2;
        case ErrorKind::Precondition:
        case ErrorKind::Permission:
        case ErrorKind::Unsupported:
            return 3;
        case ErrorKind::Connection:
            return 4;
        case ErrorKind::LagNotReached:
            return 5;
        case ErrorKind::Mismatch:
            return 6;
        case ErrorKind::CutoverAborted:
            return 7;
        case ErrorKind::SchemaChanged:
            return 8;
        case ErrorKind::Unrepresentable:
            return 9;
        case ErrorKind::JobBusy:
            return 10;
        case ErrorKind::Interrupted:
            return 130;
        case ErrorKind::Busy:
        case ErrorKind::Conflict:
        case ErrorKind::Serialization:
        case ErrorKind::Internal:
            return 1;
    }
    return 1;
}

}  // namespace dbsync
