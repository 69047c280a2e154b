// SPDX-License-Identifier: MIT
#include "support/source_tree.hpp"

#include "support/temp_dir.hpp"

#include <algorithm>

namespace dbsync::test {

namespace {

namespace fs = std::filesystem;

bool is_foreign(const fs::path& path) {
    const std::string name = path.filename().string();
    return name == ".git" || name == "build" || name == "__pycache__" || name == ".cache";
}

// How long the literal or comment at the start of `text` is, and what stays of it.
struct Skipped {
    std::size_t size = 0;
    bool keep_quotes = false;
};

std::size_t quoted_size(std::string_view text) {
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;
        } else if (text[i] == text[0] || text[i] == '\n') {
            return i + 1;
        }
    }
    return text.size();
}

std::size_t raw_size(std::string_view text) {
    const auto open = text.find('(');
    if (open == std::string_view::npos) {
        return text.size();
    }
    const std::string end = ")" + std::string{text.substr(2, open - 2)} + "\"";
    const auto close = text.find(end, open);
    return close == std::string_view::npos ? text.size() : close + end.size();
}

Skipped skip(std::string_view text, char before) {
    const bool in_word = std::isalnum(static_cast<unsigned char>(before)) != 0 || before == '_';
    if (text.starts_with("//")) {
        return {std::min(text.find('\n'), text.size()), false};
    }
    if (text.starts_with("/*")) {
        return {std::min(text.find("*/"), text.size() - 2) + 2, false};
    }
    if (text.starts_with("R\"") && !in_word) {
        return {raw_size(text), true};
    }
    // Between digits a quote separates thousands.
    if (text.starts_with('"') || (text.starts_with('\'') && !in_word)) {
        return {quoted_size(text), true};
    }
    return {};
}

}  // namespace

std::vector<SourceFile> project_files(const fs::path& root) {
    std::vector<SourceFile> files;
    for (auto entry = fs::recursive_directory_iterator{root}; entry != fs::end(entry); ++entry) {
        if (is_foreign(entry->path())) {
            entry.disable_recursion_pending();
        } else if (entry->is_regular_file()) {
            files.push_back(
                {entry->path().lexically_relative(root).generic_string(), read_file(*entry)});
        }
    }
    std::sort(files.begin(), files.end(),
              [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
    return files;
}

std::vector<std::string> lines(std::string_view text) {
    std::vector<std::string> all;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        all.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return all;
}

std::string code_only(std::string_view text) {
    std::string code;
    char before = ' ';
    while (!text.empty()) {
        const Skipped skipped = skip(text, before);
        if (skipped.size == 0) {
            before = text[0];
            code += before;
            text.remove_prefix(1);
            continue;
        }
        for (std::size_t i = 0; i < skipped.size; ++i) {
            const bool edge = skipped.keep_quotes && (i == 0 || i + 1 == skipped.size);
            code += text[i] == '\n' ? '\n' : (edge ? '"' : ' ');
        }
        before = ' ';
        text.remove_prefix(skipped.size);
    }
    return code;
}

}  // namespace dbsync::test
