// SPDX-License-Identifier: MIT
// SQLite's part in moves to other engines. A value has the storage class it was given, whatever the
// column's declared type; what it must be on the target decides how it is read.
#pragma once

#include "engine/translate.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace dbsync::sqlite {

[[nodiscard]] std::unique_ptr<Translator> make_translator();

// How SQLite converts what is stored in a column (sqlite.org/datatype3.html, section 3.1).
enum class Affinity { Integer, Text, Blob, Real, Numeric };
[[nodiscard]] Affinity affinity_of(std::string_view declared_type);

// The value in the canonical spelling of a kind. `value.storage` counts: a text is no number where
// an integer is wanted unless it is spelled as one.
[[nodiscard]] std::optional<NoForm> read_value(Kind kind,
                                               const WireValueView& value,
                                               std::string& out);

// The same for a column of the target's.
[[nodiscard]] std::optional<NoForm> read_value(const ColumnCrossing& crossing,
                                               const WireValueView& value,
                                               std::string& out);

// What a declared type says that its columns hold.
[[nodiscard]] ModelType declared_type(std::string_view type);

}  // namespace dbsync::sqlite
